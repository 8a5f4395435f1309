import ArgumentParser
import CHost
import DetectionControl
import Glibc
import LockKernels
import Machine
import Measurement
import Reporting
import SystemPackage

extension SplitBench {
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure everything this machine allows, print a table, write a result folder.",
      discussion: """
        Plans: quick takes up to 20 s and 0.5 s of locked time, standard 130 s and 2 s, thorough half an \
        hour and 20 s. Narrowing a run with --instruction, --width, --placement or --offset keeps the controls of \
        every split cell: aligned, within a line, and not locked. The table shows one instruction; cost.csv has all.

        Comparing machines takes several runs of each (splitbench compare): --repeat 10 --pause 60 makes them, one after \
        another, each with its own folder, budget and seed; an interrupt ends them all. With --json every run is a line.

        Two runs on one machine would measure each other, so a second one fails (exit code 2) and names the first. \
        --if-busy wait begins when the first has ended, --if-busy skip makes no run and no folder, exit code 0.
        """)

    @OptionGroup var scope: RunScope
    @OptionGroup(title: "Repetition") var repetition: Repetition
    @OptionGroup var turn: MachineTurn
    @OptionGroup var output: RunOutput
    @OptionGroup(title: "Changing the machine") var control: ControlOptions

    @Flag(help: "Give leave to take CPUs offline and back, for the experiment hotplug.")
    var allowHotplug = false

    func validate() throws {
      try scope.validate()
      try output.validate()
    }

    func run() throws {
      // A reader that goes away must not end a run in the middle of a file.
      signal(SIGPIPE, SIG_IGN)
      try exitingCleanly {
        // Installed once: an interrupt between two runs must not be forgotten.
        guard chost_interrupts_install() == 0, chost_stops_watch() == 0 else { throw InterruptFailure() }
        defer {
          chost_stops_unwatch()
          chost_interrupts_remove()
        }
        let seeds = repetition.seeds(first: scope.seed ?? UInt64.random(in: 0...UInt64(Int64.max)))
        // What cannot be is said before anyone waits for a turn.
        let design = try designed(seed: seeds[0])
        guard !output.dryRun else {
          return try emit(
            output.json ? try Json.text(design.overview) : design.overview.text + repetition.inWords)
        }
        let turn = try turn.taken(control.place.files, isQuiet: output.quiet)
        guard !turn.isSkipped else { return }
        for (index, seed) in seeds.enumerated() {
          if index > 0, !repetition.rest() { throw ExitCode(130) }
          if seeds.count > 1, !output.quiet { complain("run \(index + 1) of \(seeds.count)") }
          try runOnce(seed: seed, lockWarning: turn.warning)
        }
        withExtendedLifetime(turn) {}
      }
    }

    private func designed(seed: UInt64) throws -> RunDesign {
      var scope = scope
      scope.seed = seed
      var machine = try MachineReport.ofThisMachine(files: control.place.files)
      if let topology = output.topology { machine.topology = try RunOutput.parse(topology) }
      return try RunDesign(
        scope, machine: machine, files: control.place.files, allowsArming: control.allowArming,
        isElsewhere: output.topology != nil)
    }

    private func runOnce(seed: UInt64, lockWarning: RunWarning?) throws {
      let design = try designed(seed: seed)
      if !output.quiet {
        for change in ControlNotice.changes(control.place.files, journal: control.place.file) {
          complain("note: \(change)")
        }
        for refusal in design.refusals { complain("skipped: \(refusal)") }
      }
      let changer = try MachineChanger(design, control, allowHotplug: allowHotplug)
      let outcome = try RunSession(
        design, output: output, changer: changer, files: control.place.files, lockWarning: lockWarning
      ).run()
      do {
        try emit(output.json ? try outcome.json(onOneLine: repetition.count > 1) : outcome.summary)
      } catch  where outcome.end == .interrupted {
        // The terminal that interrupted it may be gone.
        complain("error: \(error)")
      }
      switch outcome.end {
      case .finished, .wallLimit:
        if !outcome.notRestored.isEmpty { throw ExitCode(1) }
      case .interrupted: throw ExitCode(130)
      case .unexplainedDelay:
        complain("error: \(outcome.record.warnings[0].text); what was measured is in \(outcome.folder)")
        throw ExitCode(2)
      }
    }
  }
}

/// Which cells are measured, how long, on which CPUs.
struct RunScope: ParsableArguments {
  @Option(help: "How much to measure: \(Plan.Name.allCases.map(\.rawValue).joined(separator: ", ")).")
  var plan: Plan.Name = .standard

  @Option(
    help:
      "Experiments to run, separated by commas: \(ExperimentId.allCases.map(\.rawValue).joined(separator: ", ")). All that change nothing, or those that a narrowing flag is for."
  )
  var only: CommaList<ExperimentId>?

  @Option(help: ArgumentHelp("CPUs that measure: \(CpuSelection.grammar).", valueName: "list"))
  var cpu: CpuSelection?

  @Option(help: "Instructions, separated by commas; see splitbench list.")
  var instruction: CommaList<Instruction>?

  @Option(help: "Operand sizes in bytes, separated by commas: 1, 2, 4, 8, 16.")
  var width: CommaList<Width>?

  @Option(help: "Placements, separated by commas: aligned, within-line, line-split, page-split.")
  var placement: CommaList<Placement>?

  @Option(help: "Offsets of the operand in its first line, in bytes, separated by commas.")
  var offset: CommaList<Offset>?

  @Option(help: "Bystanders, separated by commas; see splitbench list.")
  var victim: CommaList<Victim>?

  @Option(help: ArgumentHelp("NUMA node of the bystanders' memory; their own otherwise.", valueName: "node"))
  var victimNode: Int?

  @Flag(help: "Measure every pair of CPUs instead of one for each relation.")
  var allPairs = false

  @Option(
    help: ArgumentHelp(
      "Settings of detection to visit, separated by commas, changes joined by +; see splitbench list. Runs settings alone; needs --allow-msr-writes, and --allow-arming for sld-on where Linux booted without it.",
      valueName: "list"))
  var settings: CommaList<SettingChoice>?

  @Option(help: "Upper bound on locked time, in seconds, at most 600; replaces the plan's.")
  var budget: Double?

  @Option(help: "Seed of the order of measurement; a random one is recorded otherwise.")
  var seed: UInt64?

  @Option(help: "Rounds over all cells, 1 to 10000; replaces the plan's.")
  var rounds: Int?

  func validate() throws {
    if let budget, !(budget.isFinite && budget > 0 && budget <= RunScope.largestBudget) {
      throw ValidationError(
        "--budget is locked time in seconds: more than 0, at most \(Int(RunScope.largestBudget))")
    }
    if let victimNode, victimNode < 0 { throw ValidationError("--victim-node is the number of a NUMA node") }
    if let rounds, !(1...RunScope.mostRounds).contains(rounds) {
      throw ValidationError("--rounds is a number from 1 to \(RunScope.mostRounds)")
    }
  }

  /// The cells of `cost` that were asked for.
  var cells: CellRequest {
    var request = CellRequest()
    request.instructions = instruction?.elements ?? []
    request.widths = width?.elements.map(\.bytes) ?? []
    request.placements = placement?.elements ?? []
    request.offsets = offset?.elements.map(\.bytes) ?? []
    return request
  }

  /// Whether only some bystanders were asked for.
  var narrowsBystanders: Bool { victim != nil || victimNode != nil }

  /// Whether only some cells of `cost` were asked for.
  var narrowsCells: Bool { instruction != nil || width != nil || placement != nil || offset != nil }

  private static let largestBudget = 600.0
  private static let mostRounds = 10_000
}

/// Where results go, and how much is said.
struct RunOutput: ParsableArguments {
  @Option(help: ArgumentHelp("Folder in which the result folder is made.", valueName: "dir"))
  var out = "results"

  @Option(help: "A word for the folder's name: letters, digits, '.', '_' and '-'.")
  var label: String?

  @Flag(
    help:
      "Write this machine's host name into run.json. Otherwise a hash of /etc/machine-id tells its runs from others'."
  )
  var hostName = false

  @Flag(help: "Print what would be measured, and measure nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "With --dry-run: plan for a machine in hwloc's synthetic notation, such as \"pack:2 l3:8 core:8 pu:2\".",
      valueName: "description"))
  var topology: String?

  @Flag(help: "Print the record and all rows as JSON instead of the table.")
  var json = false

  @Flag(help: "Print nothing on standard error but errors.")
  var quiet = false

  func validate() throws {
    if let label, label.isEmpty || label.count > 40 || !label.allSatisfy(RunOutput.isAllowed) {
      throw ValidationError("--label takes up to 40 letters, digits, '.', '_' and '-'")
    }
    if topology != nil && !dryRun {
      throw ValidationError("--topology describes a machine that is not here: it needs --dry-run")
    }
    if out.isEmpty { throw ValidationError("--out needs the path of a folder") }
  }

  static func parse(_ topology: String) throws(BadTopology) -> Topology {
    do { return try Topology.synthetic(topology) } catch { throw BadTopology(text: topology) }
  }

  private static func isAllowed(_ character: Character) -> Bool {
    character.isASCII
      && (character.isLetter || character.isNumber || character == "." || character == "_"
        || character == "-")
  }
}

/// A machine that hwloc cannot make.
struct BadTopology: UsageError, CustomStringConvertible {
  let text: String
  var description: String {
    "hwloc does not understand --topology '\(text)': write levels from the outside in, such as \"pack:2 l3:8 core:8 pu:2\""
  }
}

/// Runs `body`; an error that it throws is printed in a line and becomes exit code 2.
func exitingCleanly(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let error as any UsageError {
    complain("error: \(error)")
    throw ExitCode(64)
  } catch {
    complain("error: \(error)")
    throw ExitCode(2)
  }
}

/// What the person asked for cannot be: exit code 64, where other errors have 2.
protocol UsageError: Error {}

extension BudgetTooSmall: UsageError {}
extension ImpossibleRequest: UsageError {}
extension NoSuchNode: UsageError {}
extension SelectionFailure: UsageError {}

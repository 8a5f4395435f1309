import ArgumentParser
import LockKernels
import Machine
import Measurement

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

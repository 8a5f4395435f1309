import ArgumentParser
import CHost
import DetectionControl
import Glibc
import Machine
import Measurement
import Reporting

extension SplitBench {
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure everything this machine allows, print a table, write a result folder.",
      discussion: """
        Plans: quick takes up to 21 s and 0.5 s of locked time, standard 145 s and 2 s, thorough half an \
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
        design, output: output, changer: changer, lockWarning: lockWarning
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

import ArgumentParser
import DetectionControl
import Machine

extension SplitBench.Msr {
  struct SetDetection: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set",
      abstract: "Switch detection on or off on CPUs; splitbench msr restore puts it back.",
      discussion: """
        Changes bit 29 of MSR 0x33 (sld) or bit 2 of IA32_DEBUGCTL (bld), and no other bit, only with \
        --allow-msr-writes and only where the CPU says that it has the register. What the machine was is written to \
        the journal first. Every write is read back: exit code 1 if one did not take. While a run measures here, nothing is \
        changed.
        """)

    enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }

    @Option(help: "#AC on split locks.")
    var sld: Switch?

    @Option(help: "#DB on bus locks.")
    var bld: Switch?

    @Option(
      help: ArgumentHelp(
        "CPUs: \(CpuSelection.grammar). All of this process's by default.", valueName: "list"))
    var cpu: CpuSelection?

    @OptionGroup var control: ControlOptions

    func validate() throws {
      if !control.allowMsrWrites {
        throw ValidationError("this writes model-specific registers: give --allow-msr-writes")
      }
      if sld == nil && bld == nil { throw ValidationError("say what to switch: --sld on|off, --bld on|off") }
    }

    func run() throws {
      try exitingCleanly {
        // A run would take the change for the machine's own.
        let lock = try MachineTurn.betweenRuns(control.place.files)
        defer { withExtendedLifetime(lock) {} }
        let machine = try MachineReport.ofThisMachine(files: control.place.files, watchMs: 0)
        let cpus = try cpu?.resolve(in: machine.topology) ?? machine.topology.cpus
        let access = try DetectionControl(
          report: machine, files: control.place.files, journal: control.place.file, leave: control.leave,
          term: .untilRestored)
        let changes: [DetectionBit.Kind: Bool] = [.splitLock: sld, .busLock: bld].compactMapValues {
          $0.map { $0 == .on }
        }
        for warning in try access.check(changes) { complain("note: \(warning)") }
        try access.begin(touching: Swift.Set(changes.keys))
        var failures = 0
        for (kind, isOn) in changes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
          let outcomes = access.set(cpus.map { DetectionBit(kind, cpu: $0.id) }, to: isOn)
          for (bit, outcome) in outcomes {
            try emit("\(bit.inWords) \(isOn ? "on" : "off"): \(outcome.inWords)\n")
          }
          failures += outcomes.count { !$0.outcome.isEffective }
        }
        complain("to put it back: splitbench msr restore\(control.place.flag)")
        if failures > 0 { throw ExitCode(1) }
      }
    }
  }
}

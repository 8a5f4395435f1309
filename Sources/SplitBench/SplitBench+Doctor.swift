import ArgumentParser
import DetectionControl
import Machine
import Reporting

extension SplitBench {
  struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what this machine is, what can be measured here, what cannot and why. Changes nothing.")

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(
      help:
        "Print a name for the folder of this machine's runs, and nothing else: its CPU, and 12 digits that tell it from others."
    )
    var slug = false

    @Flag(help: "Tell the machine by its host name.")
    var hostName = false

    func validate() throws {
      if slug, json { throw ValidationError("--slug prints one line: leave --json out") }
    }

    func run() throws {
      try exitingCleanly {
        let machine = try MachineReport.ofThisMachine(watchMs: slug ? 0 : 50)
        let host = HostIdentity(machine, tellingName: hostName)
        if slug { return try emit(host.slug(machine.processor) + "\n") }
        let control = DoctorControl(
          changes: ControlNotice.changes(.live), arming: ControlNotice.arming(machine, .live))
        try emit(
          json
            ? try Json.text(DoctorDocument(machine, host, control: control))
            : DoctorText(machine, host, control: control).text)
      }
    }
  }
}

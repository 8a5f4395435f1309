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

    func run() throws {
      try exitingCleanly {
        let machine = try MachineReport.ofThisMachine()
        let control = DoctorControl(
          changes: ControlNotice.changes(.live), arming: ControlNotice.arming(machine, .live))
        try emit(
          json
            ? try Json.text(DoctorDocument(machine, control: control))
            : DoctorText(machine, control: control).text)
      }
    }
  }
}

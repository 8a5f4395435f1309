import Machine
import Measurement
import Reporting

extension RunRecord {
  /// Of a run on this machine that has measured nothing yet.
  static func empty(_ experiment: ExperimentId = .cost, run: String = "r") throws -> RunRecord {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let request = RunRequest(
      machine: machine, files: .live, plan: Plan(.quick), experiments: [experiment],
      cpus: [machine.topology.cpus[0]], cpusAreGiven: false, otherCpus: [:])
    return RunRecord(
      toolVersion: "0", run: run, label: nil, startedUtc: "2026-01-01T00:00:00Z",
      parameters: .init(request, seed: 9, cells: 0), machine: machine, skipped: [])
  }
}

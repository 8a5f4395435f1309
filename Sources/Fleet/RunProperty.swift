import Machine
import StoredRuns

/// Something other than what was measured in which runs may not be alike.
public struct RunProperty: Sendable {
  public let name: String
  /// Of a run, in words.
  public let value: @Sendable (StoredRun) -> String
  /// Whether it is of the machine, not of the run that was made there.
  public let isOfMachine: Bool

  private init(
    _ name: String, isOfMachine: Bool = true, _ value: @escaping @Sendable (StoredRun) -> String
  ) {
    (self.name, self.isOfMachine, self.value) = (name, isOfMachine, value)
  }

  public static let all: [RunProperty] = [
    RunProperty("processor") {
      let processor = $0.record.machine.processor
      return
        "\(processor.brand) (family \(processor.family), model \(processor.model), stepping \(processor.stepping))"
    },
    RunProperty("hypervisor") { $0.record.machine.processor.hypervisor ?? "none" },
    RunProperty("CPUs") { String($0.record.machine.topology.onlineCount) },
    RunProperty("microcode") { $0.record.machine.linux.microcode ?? "unknown" },
    RunProperty("Linux") { $0.record.machine.linux.release },
    RunProperty("timer interrupts a second (HZ)") {
      $0.record.machine.linux.timerHz.map { String($0) } ?? "unknown"
    },
    RunProperty("clock source") { $0.record.machine.linux.clockSource ?? "unknown" },
    RunProperty("boot parameters") {
      $0.record.machine.linux.bootParameters?.joined(separator: " ") ?? "unknown"
    },
    RunProperty("split-lock policy") { $0.policyInWords },
    RunProperty("governor") {
      let governors = $0.record.machine.noise.governors
      return governors.isEmpty ? "none" : governors.joined(separator: ", ")
    },
    RunProperty("turbo") { $0.record.machine.noise.turbo.map { $0 ? "on" : "off" } ?? "unknown" },
    RunProperty("SMT") { $0.record.machine.noise.smt ?? "unknown" },
    RunProperty("plan", isOfMachine: false) { $0.record.parameters.plan },
    RunProperty("settings", isOfMachine: false) {
      $0.record.settingsChanged == true ? "changed during the run" : "kept"
    },
    RunProperty("complete", isOfMachine: false) { $0.isComplete ? "yes" : "no: \($0.record.end)" },
    RunProperty("schema version", isOfMachine: false) { String($0.record.schemaVersion) },
    RunProperty("splitbench", isOfMachine: false) { $0.record.toolVersion },
  ]
}

extension StoredRun {
  /// Linux's policy on split locks.
  public var policyInWords: String { record.machine.policy.inWords }
}

import Machine
import StoredRuns

/// Something other than what is compared in which sides, or the runs of one, are not alike.
struct MachineDifference: Encodable {
  let what: String
  /// By side; several where its runs differ.
  let values: [String]

  static func all(_ sides: [Side]) -> [MachineDifference] {
    properties.compactMap { what, value in
      let values = sides.map { side in
        var seen: [String] = []
        for run in side.runs {
          let text = value(run)
          if !seen.contains(text) { seen.append(text) }
        }
        return seen
      }
      guard Set(values.flatMap(\.self)).count > 1 else { return nil }
      return MachineDifference(what: what, values: values.map { $0.joined(separator: " / ") })
    }
  }

  private static let properties: [(String, @Sendable (StoredRun) -> String)] = [
    (
      "processor",
      {
        let processor = $0.record.machine.processor
        return
          "\(processor.brand) (family \(processor.family), model \(processor.model), stepping \(processor.stepping))"
      }
    ),
    ("hypervisor", { $0.record.machine.processor.hypervisor ?? "none" }),
    ("CPUs", { String($0.record.machine.topology.onlineCount) }),
    ("microcode", { $0.record.machine.linux.microcode ?? "unknown" }),
    ("Linux", { $0.record.machine.linux.release }),
    ("timer interrupts a second (HZ)", { $0.record.machine.linux.timerHz.map { String($0) } ?? "unknown" }),
    ("clock source", { $0.record.machine.linux.clockSource ?? "unknown" }),
    (
      "boot parameters",
      { $0.record.machine.linux.bootParameters?.joined(separator: " ") ?? "unknown" }
    ),
    ("split-lock policy", { $0.policyInWords }),
    (
      "governor",
      {
        let governors = $0.record.machine.noise.governors
        return governors.isEmpty ? "none" : governors.joined(separator: ", ")
      }
    ),
    ("turbo", { $0.record.machine.noise.turbo.map { $0 ? "on" : "off" } ?? "unknown" }),
    ("SMT", { $0.record.machine.noise.smt ?? "unknown" }),
    ("plan", { $0.record.parameters.plan }),
    ("settings", { $0.record.settingsChanged == true ? "changed during the run" : "kept" }),
    ("complete", { $0.isComplete ? "yes" : "no: \($0.record.end)" }),
    ("schema version", { String($0.record.schemaVersion) }),
    ("splitbench", { $0.record.toolVersion }),
  ]
}

extension StoredRun {
  /// Linux's policy on split locks.
  var policyInWords: String {
    let policy = record.machine.policy
    let rate = policy.rateLimit.map { ":\($0)" } ?? ""
    let delays = policy.mitigates.map { $0 ? ", mitigated" : ", not mitigated" } ?? ""
    return policy.mode.rawValue + rate + (policy.leavesAlone ? "" : delays)
  }
}

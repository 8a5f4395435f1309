import LockKernels
import Machine

/// What the rows say together.
extension TrapExperiment {
  /// What the policy is, in the light of what split locks met.
  public var judgedPolicy: DetectionPolicy {
    let split = records.filter { $0.issued > 0 && $0.cell.takesBusLock }
    let seen = Dictionary(grouping: split, by: \.cell.cpu).mapValues { records in
      let kinds = records.map { answer($0).kind }
      return SplitLockAnswer(
        exception: kinds.contains(.ac) ? .ac : kinds.contains(.db) ? .db : nil,
        isSignalled: records.contains { $0.trapped + $0.killed > 0 },
        isDelayed: records.contains(where: \.isDelayed))
    }
    return seen.isEmpty
      ? machine.policy : machine.policy.weighed(against: seen, hypervisor: machine.processor.hypervisor)
  }

  /// CPUs whose answer to the same trial differs from most CPUs', with what they did.
  public var disagreements: [(cpu: Int, what: String)] {
    struct Trial: Hashable {
      var trigger: TrapCell.Trigger
      var placement: Placement
    }
    let telling = records.filter {
      $0.issued > 0 && $0.cell.context == .inProcess && $0.cell.widthBytes == 8 && $0.cell.isLocked
    }
    return Dictionary(grouping: telling) { Trial(trigger: $0.cell.trigger, placement: $0.cell.placement) }
      .values.flatMap { group -> [(cpu: Int, what: String)] in
        // What was recognised without a signal hangs on log lines, which Linux limits.
        let answers = group.map { record in
          (
            record,
            record.outcome.rawValue + (record.trapped > 0 ? " by \(answer(record).kind.rawValue)" : "")
          )
        }
        let counts = Dictionary(grouping: answers, by: \.1).mapValues(\.count)
        guard counts.count > 1, let usual = counts.max(by: { $0.value < $1.value })?.key else { return [] }
        return answers.filter { $0.1 != usual }.map { record, answer in
          (
            record.cell.cpu,
            "\(record.cell.trigger.rawValue), \(record.cell.placement.rawValue): \(answer); elsewhere \(usual)"
          )
        }
      }.sorted { $0.cpu < $1.cpu }
  }

  public var warnings: [RunWarning] {
    var warnings = RunWarning.unexplained(course.unexplainedDelay)
    let untried = records.count { $0.issued == 0 && $0.refusal == nil }
    if end == .wallLimit, untried > 0 {
      warnings.append(
        RunWarning(
          "wall-limit", "time ran out before \(untried) of \(records.count) cells of trap were tried",
          "choose a longer plan, or fewer CPUs with --cpu"))
    }
    if !disarmed.isEmpty {
      warnings.append(
        RunWarning(
          "left-unarmed",
          "bit 29 of MSR 0x33 was set on CPUs \(CpuSelection.ranges(disarmed)) and stayed clear behind the split locks",
          "Linux's re-arming work may run on another core; take these CPUs offline and online again, or boot")
      )
    }
    if let first = disagreements.first {
      warnings.append(
        RunWarning(
          "cpus-disagree",
          "CPU \(first.cpu) answers otherwise than most (\(first.what))"
            + (disagreements.count > 1 ? ", and \(disagreements.count - 1) more" : ""),
          "see trap.csv: a task's fate depends on the CPU it runs on"))
    }
    if let contradiction = judgedPolicy.contradictions.first(where: {
      !machine.policy.contradictions.contains($0)
    }) {
      warnings.append(
        RunWarning(
          "policy-contradicted", "what tells of Linux's policy does not fit together: \(contradiction)",
          "see judged_policy in run.json for all of the evidence"))
    }
    warnings += RunWarning.rhythm(of: dutyCycles)
    let off = rows().count { !$0.ledger.isBalanced }
    if off > 0 {
      warnings.append(
        RunWarning(
          "ledger", "\(off) rows of trap.csv do not account for every operation",
          "see issued, performed and trapped there; an emulator or a hypervisor may repeat or drop operations"
        ))
    }
    return warnings
  }
}

extension RunWarning {
  /// Delays that do not follow each other as Linux's source says.
  static func rhythm(of cycles: [DutyCycle]) -> [RunWarning] {
    let surprises = cycles.flatMap { cycle in
      cycle.surprises.map {
        "\(cycle.cpus.count == 1 ? "one task" : "\(cycle.cpus.count) tasks at once"): \($0)"
      }
    }
    guard !surprises.isEmpty else { return [] }
    return [
      RunWarning(
        "rhythm",
        "Linux's delays do not follow the rhythm that its source gives them: \(surprises.joined(separator: "; "))",
        "repeat the run with nothing else running, which wakes sleepers late; see duty_cycles in run.json")
    ]
  }
}

import DetectionControl
import Machine

extension SettingsExperiment {
  /// What was found so far, in the order of the plan.
  public func rows() -> [SettingsRow] {
    zip(plan.settings, visits).compactMap { setting, visits in
      guard let last = visits.last else { return nil }
      func median(_ part: KeyPath<SettingsVisit, TrapRecord>) -> Double? {
        Order.median(visits.flatMap { $0[keyPath: part].roundTrips }.map { clock.nanoseconds(Double($0)) })
      }
      let isArmed = last.bitsSet.map { $0.contains(plan.cpu.id) }
      let policy =
        last.failures.isEmpty ? machine.policy.under(setting, isArmed: isArmed) : machine.policy
      let answers = visits.map { $0.split.answer(policy, isArmed: isArmed == true) }
      let lines = visits.compactMap { visit in
        visit.split.reports.map { $0.count + (visit.child.reports?.count ?? 0) }
      }
      return SettingsRow(
        setting: setting, cpu: plan.cpu.id, failures: Set(visits.flatMap(\.failures)).sorted(),
        roundCount: visits.count, operations: visits.reduce(0) { $0 + $1.split.issued },
        throughput: Estimate(rounds: visits.map(\.throughput)),
        splitNs: median(\.split), alignedNs: median(\.aligned),
        delayed: visits.reduce(0) { $0 + $1.split.delays.count },
        trapped: visits.reduce(0) { $0 + $1.split.trapped },
        answer: answers.first { $0.kind != .silent } ?? answers.first,
        children: visits.reduce(0) { $0 + $1.child.issued },
        killed: visits.reduce(0) { $0 + $1.child.killed },
        logLines: lines.count == visits.count ? lines.reduce(0, +) : nil, bitsSet: last.bitsSet,
        bystander: plan.bystander,
        slowdown: Estimate(rounds: visits.compactMap { try? $0.slowdown?.get() }))
    }
  }

  /// What the cost cells gave so far.
  public func costRows() -> [CostRow] {
    let answered = rows().filter { $0.answer.map { $0.kind != .silent } ?? false }.map(\.setting)
    return cost?.rows { answered.contains($0) } ?? []
  }

  public var warnings: [RunWarning] {
    let memory = RunWarning.victimMemory(bystander?.shortcomings ?? [])
    let failed = rows().filter { !$0.failures.isEmpty }
    guard let first = failed.first else { return memory }
    return [
      RunWarning(
        "setting-not-taken",
        "\(failed.count) settings did not take whole, such as \(first.setting.id): \(first.failures[0])",
        "see failures in settings.csv: what was measured there is not that setting")
    ] + memory
  }
}

import Machine
import Measurement

/// What a split lock meets under each setting of detection.
extension Summary {
  var settings: Section? {
    guard !results.settings.isEmpty else { return nil }
    var table = TextTable(columns: [
      "setting", "split locks a second", "median ns", "delayed", "trapped", "killed", "answer", "armed CPUs",
      "bystander",
    ])
    table.rows = results.settings.map { row in
      [
        row.setting.id + (row.failures.isEmpty ? "" : " (not taken)"),
        row.throughput.map { Decimal.significant($0.value, 3) } ?? "-",
        row.splitNs.map(Nanoseconds.text) ?? "-", "\(row.delayed)", "\(row.trapped)",
        "\(row.killed) of \(row.children)", row.answer?.kind.rawValue ?? "-",
        row.bitsSet.map { $0.isEmpty ? "none" : CpuSelection.ranges($0) } ?? "-",
        row.slowdown.map { Decimal.significant($0.value, 3) + "x" } ?? "-",
      ]
    }
    let policy = record.machine.policy
    let beside = results.settings.first?.bystander.map {
      "bystander: \(SettingsRow.victim.rawValue) on CPU \($0.victim) (\($0.relation.rawValue)), beside split locks back to back over beside aligned ones; costs by setting are in settings-cost.csv"
    }
    return Section(
      title: "A tight loop of split locks under each setting, CPU \(results.settings[0].cpu)", table: table,
      facts: [
        "Linux booted with \(policy.mode.rawValue)\(policy.rateLimit.map { ":\($0)" } ?? ""), which no setting changes",
        beside,
      ].compactMap { $0 })
  }
}

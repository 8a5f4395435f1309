import StoredRuns

/// A row of `settings.csv`.
struct SettingsEntry {
  var setting: String
  var failures: String?
  var cpu: Int
  var armedCpus: String?
  var throughput: Ranged?
  var median: Double?
  var delayed: Int?
  var trapped: Int?
  var kind: String?
  var children: Int?
  var killed: Int?
  var bystander: String?
  var slowdown: Ranged?

  static func read(_ run: StoredRun) throws(ReadFailure) -> [SettingsEntry] {
    let optional = [
      "failures", "armed_cpus", "operations_per_second", "operations_per_second_low",
      "operations_per_second_high", "median_ns", "delayed_count", "trapped", "kind", "children", "killed",
      "bystander_victim", "bystander_slowdown", "bystander_slowdown_low", "bystander_slowdown_high",
    ]
    guard let entries = try Entries(run, "settings", required: ["setting", "cpu"], optional: optional)
    else { return [] }
    let (setting, cpu) = (try entries.texts("setting"), try entries.integers("cpu"))
    let (failures, armed) = (try entries.text("failures"), try entries.text("armed_cpus"))
    let throughput = try entries.ranged(
      "operations_per_second", low: "operations_per_second_low", high: "operations_per_second_high")
    let (median, kind) = (try entries.number("median_ns"), try entries.text("kind"))
    let (delayed, trapped) = (try entries.integer("delayed_count"), try entries.integer("trapped"))
    let (children, killed) = (try entries.integer("children"), try entries.integer("killed"))
    let bystander = try entries.text("bystander_victim")
    let slowdown = try entries.ranged(
      "bystander_slowdown", low: "bystander_slowdown_low", high: "bystander_slowdown_high")
    return entries.rows.map { row in
      SettingsEntry(
        setting: setting[row], failures: failures[row], cpu: cpu[row], armedCpus: armed[row],
        throughput: throughput[row], median: median[row], delayed: delayed[row], trapped: trapped[row],
        kind: kind[row], children: children[row], killed: killed[row], bystander: bystander[row],
        slowdown: slowdown[row])
    }
  }

  /// What answered, in a word or two.
  var answer: String {
    if let failures, !failures.isEmpty { return "not taken" }
    let met = [
      trapped ?? 0 > 0 ? "trapped" : nil, delayed ?? 0 > 0 ? "delayed" : nil,
    ].compactMap { $0 }.joined(separator: " and ")
    return [kind, met.isEmpty ? nil : met].compactMap { $0 }.joined(separator: ", ")
  }
}

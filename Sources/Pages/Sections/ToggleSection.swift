import StoredRuns

/// What flipping a detection bit costs.
enum ToggleSection: SectionMaker {
  static let experiment: String? = "toggle"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let tables = try FieldTable.make(runs, "toggle", columns) { names[$0] ?? $0 }
    guard !tables.isEmpty else { return nil }
    var section = PageSection("toggle", "Toggling detection")
    section.words = [
      "What it costs to read and to write the bit of #AC on split locks through the msr driver, on one CPU and on all, how soon split"
        + " locks meet the change, and what a bystander feels whose CPU's bit is toggled."
    ]
    section.tables = tables
    section.digest.tables = tables.filter { $0.name != names["bystander"] }
    section.findings = try [writing(runs)].compactMap { $0 }
    return section
  }

  private static func writing(_ runs: [PageRun]) throws(ReadFailure) -> String? {
    var times: [Double] = []
    for run in runs {
      guard let entries = try Entries(run.stored, "toggle", required: ["part"], optional: ["median_ns"])
      else {
        continue
      }
      for (part, time) in zip(try entries.texts("part"), try entries.number("median_ns")) {
        if part == "write", let time { times.append(time) }
      }
    }
    guard let least = times.min(), let most = times.max() else { return nil }
    let ends = [least, most].map(Quantity.nanoseconds.text).distinct
    return "Writing the detection bit of one CPU takes \(ends.joined(separator: " to "))."
  }

  /// Of the table for each part.
  private static let names = [
    "read": "The bit of one CPU", "write": "The bit of one CPU", "all-serial": "The bits of all CPUs",
    "all-parallel": "The bits of all CPUs", "behaviour": "Until split locks meet the change",
    "sysctl": "kernel.split_lock_mitigate", "bystander": "A bystander whose CPU's bit is toggled",
  ]

  private static let columns: [FieldTable.Column] = [
    .init(name: "part", title: "part"), .init(name: "operation", title: "operation"),
    .init(name: "writer_cpu", title: "by CPU"), .init(name: "cpu", title: "of CPU"),
    .init(name: "relation", title: "relation"), .init(name: "cpus", title: "CPUs"),
    .init(name: "writers", title: "writers"),
    .init(
      name: "median_ns", title: "median", quantity: .nanoseconds, range: ("median_low_ns", "median_high_ns")),
    .init(name: "max_ns", title: "longest", quantity: .nanoseconds),
    .init(name: "last_free_ns", title: "last free", quantity: .nanoseconds),
    .init(name: "requested_rate_hz", title: "asked for", quantity: .perSecond),
    .init(name: "achieved_rate_hz", title: "done", quantity: .perSecond),
    .init(
      name: "slowdown", title: "bystander takes", quantity: .factor, range: ("slowdown_low", "slowdown_high")),
  ]
}

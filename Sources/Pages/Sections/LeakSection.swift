import StoredRuns

/// Where split locks pass while Linux has detection off on one core.
enum LeakSection: SectionMaker {
  static let experiment: String? = "leak"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let tables = try FieldTable.make(
      runs, "leak",
      [
        .init(name: "cpu", title: "split locks on CPU"), .init(name: "opener_cpu", title: "opened by CPU"),
        .init(name: "relation", title: "relation"), .init(name: "windows", title: "windows"),
        .init(name: "leaked", title: "leaked"),
        .init(
          name: "open_ms", title: "open (shortest to longest)", quantity: .nanoseconds, unit: 1e6,
          range: ("open_min_ms", "open_max_ms")),
        .init(name: "predicted_low_ms", title: "predicted from", quantity: .nanoseconds, unit: 1e6),
        .init(name: "predicted_high_ms", title: "predicted to", quantity: .nanoseconds, unit: 1e6),
        .init(name: "still_open", title: "still open"), .init(name: "signalled", title: "signalled"),
        .init(name: "reads", title: "bit read"), .init(name: "clear", title: "bit clear"),
      ]
    ) { _ in "Windows" }
    guard !tables.isEmpty else { return nil }
    var section = PageSection("leak", "Where split locks pass meanwhile")
    section.words = [
      "In warn mode Linux takes detection off a core for two jiffies behind a split lock: in how many of these windows split locks on"
        + " other CPUs passed free."
    ]
    section.tables = tables
    section.digest.tables = tables
    section.findings = try [passed(runs)].compactMap { $0 }
    return section
  }

  private static func passed(_ runs: [PageRun]) throws(ReadFailure) -> String? {
    var free: [String: Set<Bool>] = [:]
    for run in runs {
      guard let entries = try Entries(run.stored, "leak", required: ["relation"], optional: ["leaks"]) else {
        continue
      }
      for (relation, leaks) in zip(try entries.texts("relation"), try entries.text("leaks")) {
        if let leaks { free[relation, default: []].insert(leaks == "true") }
      }
    }
    func relations(_ leaks: Bool) -> String? {
      let found = free.filter { $0.value == [leaks] }.keys.sorted()
      return found.isEmpty ? nil : Words.list(found)
    }
    guard let open = relations(true) else { return nil }
    return "While Linux has detection off on a core, split locks pass free on: \(open)"
      + (relations(false).map { "; not on: \($0)." } ?? ".")
  }
}

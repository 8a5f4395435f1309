import StoredRuns

/// Where split locks pass while Linux has detection off on one core.
enum LeakSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let columns = [
      ("cpu", "split locks on CPU"), ("opener_cpu", "opened by CPU"), ("relation", "relation"),
      ("windows", "windows"), ("leaked", "leaked"), ("open_ms", "open, ms"), ("open_min_ms", "shortest"),
      ("open_max_ms", "longest"), ("predicted_low_ms", "predicted from"), ("predicted_high_ms", "to"),
    ]
    guard let table = try FieldTable.make(runs, "leak", columns: columns) else { return nil }
    var section = PageSection("leak", "Where split locks pass meanwhile")
    section.words = [
      "In warn mode Linux takes detection off a core for two jiffies behind a split lock: in how many of these windows split locks on"
        + " other CPUs passed free."
    ]
    section.tables = [PageTable("Windows", .words, table)]
    section.digest.tables = section.tables
    return section
  }
}

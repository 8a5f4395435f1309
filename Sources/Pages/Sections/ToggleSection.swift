import StoredRuns

/// What flipping a detection bit costs.
enum ToggleSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let columns = [
      ("part", "part"), ("operation", "operation"), ("writer_cpu", "by CPU"), ("cpu", "of CPU"),
      ("relation", "relation"), ("cpus", "CPUs"), ("writers", "writers"), ("median_ns", "median, ns"),
      ("median_low_ns", "from"), ("median_high_ns", "to"), ("last_free_ns", "last free, ns"),
      ("achieved_rate_hz", "times a second"), ("slowdown", "bystander takes, times as long"),
    ]
    guard let table = try FieldTable.make(runs, "toggle", columns: columns) else { return nil }
    var section = PageSection("toggle", "Toggling detection")
    section.words = [
      "What it costs to read and to write the bit of #AC on split locks through the msr driver, on one CPU and on all, how soon split"
        + " locks meet the change, and what a bystander feels whose CPU's bit is toggled."
    ]
    section.tables = [PageTable("By part", .words, table)]
    return section
  }
}

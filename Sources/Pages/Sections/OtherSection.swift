import StoredRuns

/// The tables of experiments that have no part of their own, as they are: of a new one, or of a later SplitBench.
enum OtherSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let names = runs.flatMap(\.stored.record.parameters.experiments).distinct
    var tables: [PageTable] = []
    for name in names where !Sections.experiments.contains(name) {
      var columns: [String] = []
      for run in runs where run.stored.has(name) { columns += try run.stored.table(name).columnNames }
      let shown = columns.distinct.filter { $0 != "run" }.map { FieldTable.Column(name: $0, title: $0) }
      guard !shown.isEmpty else { continue }
      tables += try FieldTable.make(runs, name, shown) { _ in name }
    }
    guard !tables.isEmpty else { return nil }
    var section = PageSection("other", "Other experiments")
    section.words = ["Their tables as they are: this report has no words for them."]
    section.tables = tables
    return section
  }
}

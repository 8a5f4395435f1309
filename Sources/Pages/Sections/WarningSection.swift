import Measurement
import Reporting
import StoredRuns

/// What to know before believing the rest, and what is missing.
enum WarningSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    var section = PageSection("warnings", "Warnings, and what was not measured")
    section.digest.facts = Words.byRun(runs) { warnings($0.record) }
    section.facts = section.digest.facts + Words.byRun(runs) { missing($0.record) }
    guard !section.facts.isEmpty else { return nil }
    return section
  }

  private static func warnings(_ record: RunRecord) -> [String] {
    let partial =
      record.complete
      ? [] : ["warning: the run is not complete (\(record.end)): its tables hold the rounds so far"]
    return partial + record.warnings.map { "warning: \($0.text); \($0.remedy)" }
  }

  private static func missing(_ record: RunRecord) -> [String] {
    let cells = Dictionary(grouping: record.unmeasured, by: \.reason).sorted { $0.key < $1.key }
    return record.skipped.map { "not measured: \($0.what): \($0.reason)" }
      + cells.map { reason, cells in "not measured: \(Decimal.count(cells.count, "cell")): \(reason)" }
  }
}

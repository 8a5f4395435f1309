/// What the other parts found, in words, in front of them.
enum SummarySection {
  static let id = "summary"

  static func make(_ runs: [PageRun], of sections: [PageSection]) -> PageSection {
    var summary = PageSection(id, "Summary")
    summary.keyFigures = sections.flatMap(\.headlines)
    if runs.count == 1 {
      let findings = sections.flatMap(\.findings)
      summary.words = [
        findings.isEmpty
          ? "This run measured: \(Words.list(runs[0].record.parameters.experiments))."
          : findings.joined(separator: " ")
      ]
    } else {
      summary.words = [RunTable.words]
      summary.tables = [RunTable.make(runs)]
      summary.digest.tables = summary.tables
    }
    return summary
  }
}

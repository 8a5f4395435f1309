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
      fill(&summary, runs)
    }
    return summary
  }

  private static func fill(_ summary: inout PageSection, _ runs: [PageRun]) {
    let (modes, groups) = (RunGroup.byMode(runs), RunGroup.of(runs))
    let sentences = modes.lazy.compactMap { HeadlineFigures($0).sentence }.prefix(mostSentences)
    summary.leads = Array(sentences)
    summary.words = [
      [
        RunTable.words, RunGroup.reading(modes + groups),
        "Whether two of them differ by more than chance is what splitbench compare tells.",
      ].compactMap { $0 }.joined(separator: " ")
    ]
    summary.tables = [RunTable.make(groups)]
    summary.digest.tables = summary.tables
    if groups.count < runs.count {
      summary.tables.append(RunTable.make(RunGroup.each(runs), "Each run", isFolded: true))
    }
  }

  /// More are for the table.
  private static let mostSentences = 12
}

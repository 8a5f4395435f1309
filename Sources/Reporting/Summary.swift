import Measurement

/// The answers a person came for, an experiment after the other.
public struct Summary {
  public let record: RunRecord
  public let results: RunResults

  /// A part with a heading.
  package struct Section {
    var title: String
    var table: TextTable?
    var facts: [String] = []
  }

  public init(record: RunRecord, results: RunResults) {
    self.record = record
    self.results = results
  }

  /// For the terminal.
  public var text: String { render(heading: { $0 + "\n" }, table: { $0.text }, item: { "  " + $0 }) }

  /// For `summary.md`.
  public var markdown: String {
    "# \(record.run)\n\n" + render(heading: { "## \($0)\n" }, table: { $0.markdown }, item: { "- " + $0 })
  }

  private func render(
    heading: (String) -> String, table: (TextTable) -> String, item: (String) -> String
  ) -> String {
    var parts: [String] = []
    for section in Experiments.all.flatMap({ $0.sections(self) }) {
      parts.append(heading(section.title))
      if let shown = section.table { parts.append(table(shown)) }
      if !section.facts.isEmpty { parts.append(section.facts.map(item).joined(separator: "\n") + "\n") }
    }
    parts.append(heading("This run"))
    parts.append(
      ([lockedTime, rounds] + headlines + left + warnings).map(item).joined(separator: "\n") + "\n")
    return parts.joined(separator: "\n")
  }

  // MARK: Parts

  private var lockedTime: String {
    guard let locked = record.lockedTime else { return "locked time: none" }
    return
      "locked time: \(Decimal.significant(locked.spentSeconds, 3)) s of \(Decimal.significant(locked.budgetSeconds, 3)) s,"
      + " \(locked.splitLocks) split locks"
  }

  private var rounds: String {
    (record.end == "interrupted" ? "interrupted, partial results: " : "")
      + (record.parameters.experiments.contains("cost") ? "\(record.roundsDone) rounds of cost, " : "")
      + "seed \(record.parameters.seed); intervals speak of this run only: another run"
      + " may differ by more"
  }

  /// How precise the headline cells became, and what ended them.
  private var headlines: [String] {
    guard let headlines = record.headlines, !headlines.isEmpty else { return [] }
    let goal = "±\(Decimal.significant(record.parameters.headlinePrecision * 100, 2)) %"
    let reached = headlines.count(where: \.reached)
    let worst = headlines.compactMap(\.relativeHalfWidth).max()
    let rest =
      reached == headlines.count
      ? ""
      : "; the others ended with "
        + (record.end == "interrupted" ? "the run" : "their share of bus locks, rounds or time")
        + (worst.map { ", the widest at ±\(Decimal.fixed($0 * 100, 1)) %" } ?? "")
    return ["headline cells: \(reached) of \(headlines.count) within \(goal)\(rest)"]
  }

  /// Experiments, or parts of them, that were asked for and not done.
  private var left: [String] {
    record.skipped.filter { skipped in
      ExperimentId.allCases.contains { skipped.what.contains($0.rawValue) }
    }.map { "skipped: \($0.what): \($0.reason)" }
  }

  private var warnings: [String] {
    let more = record.warnings.dropFirst(Summary.warningsShown).map(\.id)
    return record.warnings.prefix(Summary.warningsShown).map { "warning: \($0.text); \($0.remedy)" }
      + (more.isEmpty ? [] : ["also, see run.json: \(more.joined(separator: ", "))"])
  }

  private static let warningsShown = 3
}

import Comparison
import Measurement

/// What a comparison of two sides comes to, in sentences.
struct ComparisonFacts {
  private let report: ComparisonReport
  private let pair: Int
  private let results: [CellResult]

  init(_ report: ComparisonReport, pair: Int) {
    self.report = report
    self.pair = pair
    results = report.comparison.pairs[pair].cells.compactMap(\.self)
  }

  /// - Parameter shown: rows of the table before.
  func lines(shown: Int) -> [String] {
    [counts(shown), rule] + reasons + [detectable] + falseClaims
  }

  private func count(_ verdict: Verdict) -> Int { results.count { $0.verdict == verdict } }

  private var undecided: [Verdict.Reason] {
    results.compactMap { if case .undecided(let reason) = $0.verdict { reason } else { nil } }
  }

  private func counts(_ shown: Int) -> String {
    let more = results.count - shown
    let rest = more > 0 ? "; \(more) rows are not shown, --all shows them" : ""
    if report.comparison.pairs[pair].basis == .rounds {
      return
        "of \(results.count) cells \(count(.runsDiffer)) differ between these runs, \(undecided.count) are undecided\(rest)"
    }
    return
      "of \(results.count) cells \(count(.slower)) are slower, \(count(.faster)) faster, \(count(.same)) the same within \(report.threshold), \(undecided.count) undecided\(rest)"
  }

  private var rule: String {
    let comparison = report.comparison
    let adjustment =
      switch comparison.rules.adjustment {
      case .holm: "by Holm's method: no false claim among them all"
      case .benjaminiHochberg: "by Benjamini and Hochberg's: a bounded share of the claims is false"
      }
    return
      "p is adjusted over \(comparison.tests) tests \(adjustment), alpha \(Decimal.significant(comparison.rules.alpha, 3)); intervals are each cell's own, 95 %"
  }

  private var reasons: [String] {
    var lines: [String] = []
    func add(_ count: Int, _ text: String) { if count > 0 { lines.append("undecided: \(count) \(text)") } }
    let noisy = undecided.compactMap { if case .tooNoisy(let runs) = $0 { runs } else { nil } }.sorted()
    if !noisy.isEmpty {
      add(
        noisy.count,
        "vary too much between runs to tell a difference of \(report.threshold); about \(noisy[noisy.count / 2]) runs a side would do for half of them"
      )
    }
    let steps = undecided.compactMap { if case .steps(let runs) = $0 { runs } else { nil } }
    if let runs = steps.first {
      add(
        steps.count,
        "come in steps, all runs of a side alike: however far apart, the smallest p that so few runs can reach, adjusted, is above alpha; \(runs) a side would do"
      )
    }
    add(undecided.count { $0 == .perhapsSmall }, "differ, but perhaps by less than \(report.threshold)")
    add(
      undecided.count { if case .fewRuns = $0 { true } else { false } },
      "have fewer than \(Rules.fewestRuns) runs on a side")
    add(undecided.count { $0 == .roundsAgree }, "do not stand out of the rounds of the two runs")
    add(undecided.count { $0 == .noRounds }, "have no rounds to go by")
    return lines
  }

  private var detectable: String {
    guard let found = report.comparison.pairs[pair].detectable else {
      return "smallest difference that would be found: not known, that takes \(Rules.fewestRuns) runs a side"
    }
    return
      "differences that would be found with 95 % power: \(percent(found.inHalf)) in half of the cells, \(percent(found.inMost)) in nine of ten"
  }

  private var falseClaims: [String] {
    let checked = [0, pair + 1].map { report.sides[$0] }.compactMap { side in
      report.selfChecks.first { $0.side.letter == side.letter }
    }
    guard !checked.isEmpty else {
      return [
        "false claims between runs of one side: not measured, that takes \(SelfCheck.fewestRuns) runs of one"
      ]
    }
    return checked.map { SelfCheckText.line($0.check, $0.side) }
  }

  private func percent(_ share: Double) -> String { Decimal.significant(100 * share, 2) + " %" }
}

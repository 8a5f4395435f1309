/// Tests of cells with the run as the unit: the spread between runs is what a difference is held against.
enum RunTests {
  /// One test a cell; nil of a cell that fewer than three runs of a side have.
  ///
  /// - Parameter families: indices of cells whose variances say something of each other.
  static func tests(_ first: RunLogs, _ second: RunLogs, families: [[Int]]) -> [WelchTest?] {
    var tests = [WelchTest?](repeating: nil, count: first.cells)
    for family in families {
      let independent = IndependentCells([first, second], cells: family)
      // A prior for each side: machines may be noisy by different amounts.
      let a = SpreadOfRuns(first, family, independent)
      let b = SpreadOfRuns(second, family, independent)
      for (index, cell) in family.enumerated() {
        guard let ofA = a.variances[index], let ofB = b.variances[index] else { continue }
        tests[cell] = WelchTest(a.summaries[index], b.summaries[index], of: (ofA, ofB))
      }
    }
    return tests
  }

  /// One test a cell as two sides would meet it that both have the runs of this one.
  static func tests(ofSidesLike side: RunLogs, families: [[Int]]) -> [WelchTest] {
    families.flatMap { family in
      let spread = SpreadOfRuns(side, family, IndependentCells([side], cells: family))
      return zip(spread.summaries, spread.variances).compactMap { summary, variance in
        variance.map { WelchTest(summary, summary, of: ($0, $0)) }
      }
    }
  }
}

/// How much the cells of a family vary between the runs of a side.
private struct SpreadOfRuns {
  let summaries: [RunSummary]
  /// Nil of a cell with fewer than three runs.
  let variances: [ModeratedVariance?]

  init(_ side: RunLogs, _ family: [Int], _ independent: IndependentCells) {
    let summaries = family.map { RunSummary(side.of($0)) }
    let prior = VariancePrior(summaries, most: independent.mostDegrees(runs: side.runs))
    self.summaries = summaries
    variances = summaries.map { $0.count >= Rules.fewestRuns ? prior.moderated($0) : nil }
  }
}

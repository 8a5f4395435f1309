/// Tests of cells with the run as the unit: the spread between runs is what a difference is held against.
enum RunTests {
  /// One test a cell; nil of a cell that fewer than three runs of a side have.
  ///
  /// - Parameter families: indices of cells whose sides are noisy by about the same ratio.
  static func tests(_ first: RunLogs, _ second: RunLogs, families: [[Int]]) -> [WelchTest?] {
    var tests = [WelchTest?](repeating: nil, count: first.cells)
    for family in families {
      let pairs = family.map { (a: RunSummary(first.of($0)), b: RunSummary(second.of($0))) }
      let most = (a: pairs.map(\.a.count).max(), b: pairs.map(\.b.count).max())
      let noise = NoiseRatio(pairs.filter { $0.a.count == most.a && $0.b.count == most.b })
      for (cell, pair) in zip(family, pairs) where min(pair.a.count, pair.b.count) >= Rules.fewestRuns {
        tests[cell] = WelchTest(
          pair.a, pair.b, mostDegrees: noise.mostDegrees(pair.a.count, pair.b.count))
      }
    }
    return tests
  }

  /// One test a cell as two sides would meet it that both have the runs of this one.
  static func tests(ofSidesLike side: RunLogs) -> [WelchTest] {
    (0..<side.cells).map { RunSummary(side.of($0)) }.filter { $0.count >= Rules.fewestRuns }
      .map { WelchTest($0, $0) }
  }
}

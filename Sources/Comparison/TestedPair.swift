import Measurement
import RealModule

/// The tests of one side against the first, before p is adjusted to all tests of a comparison.
struct TestedPair {
  private let basis: SidePair.Basis
  private let first: RunLogs
  private let second: RunLogs
  let tests: [WelchTest?]

  init(_ cells: [ComparedCell], _ logs: [RunLogs], second index: Int, families: [[Int]]) {
    first = logs[0]
    second = logs[index]
    basis = SidePair.Basis(first.runs, second.runs)
    tests =
      switch basis {
      case .runs: RunTests.tests(first, second, families: families)
      case .rounds: cells.map { RoundTest.test($0.sides[0][0], $0.sides[index][0]) }
      case .nothing: cells.map { _ in nil }
      }
  }

  /// - Parameter adjusted: p of the tests that there are, in their order.
  func judged(by judge: Judge, _ cells: [ComparedCell], adjusted: ArraySlice<Double>) -> SidePair {
    var adjusted = adjusted
    let results = cells.indices.map { index -> CellResult? in
      let test = tests[index]
      let adjustedP = test == nil ? nil : adjusted.removeFirst()
      let (a, b) = (RunSummary(first.of(index)), RunSummary(second.of(index)))
      guard a.count > 0, b.count > 0 else { return nil }
      return CellResult(
        first: Double.exp(a.mean), second: Double.exp(b.mean),
        ratio: test?.ratio ?? Ratio(value: Double.exp(b.mean - a.mean)), p: test?.p, adjustedP: adjustedP,
        verdict: verdict(
          judge, test, adjustedP, fewest: min(a.count, b.count), largerIsSlower: cells[index].largerIsSlower))
    }
    return SidePair(
      basis: basis, cells: results,
      detectable: basis == .runs
        ? Detectable(tests.compactMap { $0 }, judge.rules, tests: judge.tests) : nil)
  }

  private func verdict(
    _ judge: Judge, _ test: WelchTest?, _ adjustedP: Double?, fewest: Int, largerIsSlower: Bool
  ) -> Verdict {
    switch (basis, test, adjustedP) {
    case (.runs, let test?, let p?): judge.machines(test, adjustedP: p, largerIsSlower: largerIsSlower)
    case (.rounds, _?, let p?): judge.runs(adjustedP: p)
    case (.rounds, _, _): .undecided(.noRounds)
    default: .undecided(.fewRuns(fewest))
    }
  }
}

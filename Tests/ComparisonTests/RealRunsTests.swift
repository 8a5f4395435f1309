import Measurement
import Testing

@testable import Comparison

/// A machine compared with itself: 44 separate runs of a guest with busy neighbours, made in 38 minutes. A handful of
/// them, in the middle, are 6 to 12 % slower in most cells.
@Suite struct RealRunsTests {
  private let real = try! RealRuns("amd-epyc-f25-m17-s1-kvm")

  struct Groups: Sendable {
    var first: Int
    var second: Int
    var comparisons: Int
    /// False claims at alpha 0.05: its share, and two standard errors of so many draws.
    var most: Int
  }

  @Test(arguments: [
    Groups(first: 5, second: 5, comparisons: 1000, most: 66),
    Groups(first: 3, second: 3, comparisons: 1000, most: 66),
    Groups(first: 3, second: 10, comparisons: 300, most: 26),
    Groups(first: 20, second: 20, comparisons: 200, most: 18),
  ])
  func differencesOfAMachineFromItselfAreNotClaimed(_ test: Groups) {
    var random = SeededGenerator(seed: 20)
    let logs = real.logs
    let found = (0..<test.comparisons).count { _ in
      let order = (0..<real.runs).shuffled(using: &random)
      let first = Array(order[..<test.first])
      let second = Array(order[test.first..<test.first + test.second])
      return claims(logs.choosing(first), logs.choosing(second)) > 0
    }
    #expect(found <= test.most, "\(found) of \(test.comparisons)")
  }

  /// Real spreads have outliers, which cost power: 95 % of such shifts are found where they have none.
  @Test func aShiftOfThreeTimesTheSpreadIsFound() {
    var random = SeededGenerator(seed: 21)
    let logs = real.logs
    let whole = (0..<logs.cells).filter { logs.of($0).allSatisfy { !$0.isNaN } }
    let found = (0..<100).count { _ in
      let order = (0..<real.runs).shuffled(using: &random)
      let cell = whole.randomElement(using: &random)!
      let shift = 3 * RunSummary(logs.of(cell)).variance.squareRoot()
      let second = logs.choosing(Array(order[11..<22])).shifting(cell, by: shift)
      let tests = RunTests.tests(
        logs.choosing(Array(order[..<11])), second, families: [Array(0..<logs.cells)])
      let p = Adjustment.holm.adjusted(tests.map { $0?.pWhereItMatters ?? 1 })
      return p[cell] <= 0.05
    }
    #expect(found >= 75, "of 100")
  }

  /// As a person would compare: some runs, and then some more.
  @Test func runsMadeOneAfterAnotherDoNotDifferEither() {
    let logs = real.logs
    let starts = 0...(real.runs - 10)
    let found = starts.count { start in
      claims(logs.choosing(Array(start..<start + 5)), logs.choosing(Array(start + 5..<start + 10))) > 0
    }
    #expect(found == 0, "of \(starts.count)")
  }
}

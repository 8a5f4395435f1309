import Measurement
import RealModule
import Testing

@testable import Comparison

/// What is said of a cell, with one cell on its own.
@Suite struct VerdictTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var first: [Double]
    var second: [Double]
    var largerIsSlower = true
    var verdict: Verdict

    init(_ name: String, _ first: [Double], _ second: [Double], _ verdict: Verdict, rate: Bool = false) {
      testDescription = name
      (self.first, self.second, self.verdict, largerIsSlower) = (first, second, verdict, !rate)
    }
  }

  private static let calm = [100, 101, 99, 100.5, 99.5]

  @Test(arguments: [
    Case("a larger time is slower", calm, [110, 111, 109, 110, 110.5], .slower),
    Case("a smaller time is faster", calm, [90, 91, 89, 90, 90.5], .faster),
    Case("a larger rate is faster", calm, [110, 111, 109, 110, 110.5], .faster, rate: true),
    Case("a smaller rate is slower", calm, [90, 91, 89, 90, 90.5], .slower, rate: true),
    Case("close is the same", calm, [100, 100.6, 99.7, 100.5, 99.5], .same),
    Case(
      "real and small", [100, 100.1, 99.9, 100.05, 99.95], [101.8, 102.3, 101, 102.6, 101.6],
      .undecided(.perhapsSmall)),
    Case("two runs a side", [100, 101], [150, 151], .undecided(.fewRuns(2))),
    Case("one run against many", [100], calm, .undecided(.fewRuns(1))),
    Case("one run against one, without rounds", [100], [150], .undecided(.noRounds)),
    Case("steps", [40, 40, 40], [50, 50, 50], .undecided(.steps(runs: 4))),
    Case("a run that lacks the cell does not count", [100, .nan, 101], calm, .undecided(.fewRuns(2))),
  ])
  func verdicts(_ test: Case) throws {
    var compared = cells([[test.first], [test.second]])
    compared[0].largerIsSlower = test.largerIsSlower
    let result = try #require(Comparison(compared, rules: Rules()).pairs[0].cells[0])
    #expect(result.verdict == test.verdict)
  }

  @Test func noiseIsUndecidedAndSaysHowManyRunsWouldDo() throws {
    let noisy = cells([[[100, 130, 80, 110, 95]], [[105, 75, 125, 90, 120]]])
    let comparison = Comparison(noisy, rules: Rules())
    guard case .undecided(.tooNoisy(let runs)) = comparison.pairs[0].cells[0]!.verdict else {
      Issue.record("\(comparison.pairs[0].cells[0]!.verdict)")
      return
    }
    // By hand: 20 % spread, 2 %: 2 (1.96 + 1.645)^2 x 10^2.
    #expect(runs > 1500 && runs < 4500, "\(runs)")
  }

  /// Eight rounds a run.
  private func run(_ cost: Double) -> [Estimate?] {
    [Estimate(rounds: [1, 1.01, 0.99, 1.005, 0.995, 1, 1.01, 0.99].map { $0 * cost })]
  }

  @Test(arguments: [(150, .runsDiffer), (100.1, .undecided(.roundsAgree))] as [(Double, Verdict)])
  func oneRunASideSaysNothingOfMachines(other: Double, verdict: Verdict) {
    let compared = [ComparedCell(family: "cost", largerIsSlower: true, sides: [run(100), run(other)])]
    let pair = Comparison(compared, rules: Rules()).pairs[0]
    #expect(pair.basis == .rounds && pair.detectable == nil)
    #expect(pair.cells[0]!.verdict == verdict)
  }

  /// The same p, adjusted over one cell and over 200.
  @Test func everyCellShownMakesTheOthersHarderToTellApart() {
    let (first, second) = ([100, 104, 97, 101, 99.0], [108, 113, 105, 111, 107.0])
    let alone = Comparison(cells([[first], [second]]), rules: Rules())
    let same = [Double](repeating: 100, count: 5).enumerated().map { $1 + Double($0) }
    let many = Comparison(
      cells([[first] + Array(repeating: same, count: 199), [second] + Array(repeating: same, count: 199)]),
      rules: Rules())
    #expect(alone.pairs[0].cells[0]!.verdict == .slower && many.tests == 200)
    #expect(many.pairs[0].cells[0]!.verdict != .slower)
    #expect(abs(many.pairs[0].cells[0]!.adjustedP! / many.pairs[0].cells[0]!.p! - 200) < 1e-6)
  }

  @Test func everyFurtherSideIsHeldAgainstTheFirst() {
    let compared = cells([
      [Self.calm], [[110, 111, 109, 110, 110.5]], [[90, 91, 89, 90, 90.5]], [[.nan, .nan]],
    ])
    let comparison = Comparison(compared, rules: Rules())
    #expect(comparison.pairs.map { $0.cells[0]?.verdict } == [.slower, .faster, nil])
    #expect(comparison.tests == 2)
  }

  @Test func aThresholdOfTenPercentForgivesFive() {
    let compared = cells([[Self.calm], [[105, 106, 104, 105, 105.5]]])
    #expect(Comparison(compared, rules: Rules(threshold: 0.1)).pairs[0].cells[0]!.verdict == .same)
    #expect(Comparison(compared, rules: Rules(threshold: 0.01)).pairs[0].cells[0]!.verdict == .slower)
  }
}

@Suite struct GroupMeanTests {
  /// What moves all cells of a run together does not average out over cells.
  @Test func theIntervalKnowsTheLuckOfARun() throws {
    var random = Random(2)
    let sides = (0..<2).map { _ in
      random.side(spreads: Array(repeating: 0.1, count: 100), shared: 0.99, runs: 4).side
    }
    let comparison = Comparison(cells(sides), rules: Rules())
    let mean = try #require(comparison.groupMean(of: Array(0..<100), pair: 0))
    #expect(mean.cells == 100)
    #expect(mean.ratio.high! / mean.ratio.low! > 1.1, "\(mean.ratio)")
    #expect(mean.ratio.low! < mean.ratio.value && mean.ratio.value < mean.ratio.high!)
  }

  @Test func isTheGeometricMeanOfWhatEveryRunHas() throws {
    let compared = cells([
      [[1, 1, 1], [4, 4, 4], [.nan, 7, 7]], [[2, 2, 2], [32, 32, 32], [7, 7, 7]],
    ])
    let comparison = Comparison(compared, rules: Rules())
    let mean = try #require(comparison.groupMean(of: [0, 1, 2], pair: 0))
    #expect(mean.cells == 2 && abs(mean.ratio.value - 4) < 1e-12)
    let alone = try #require(comparison.groupMean(of: [2], pair: 0))
    #expect(alone.cells == 1 && alone.ratio.low == nil, "two runs have no interval")
  }

  /// Runs of one machine may be of different experiments.
  @Test func runsWithoutAnyOfTheCellsDoNotCount() throws {
    let compared = cells([
      [[1, 1.1, 1, .nan], [4, 4.1, 4, .nan], [.nan, .nan, .nan, 5]],
      [[.nan, 2, 2.2, 2.1], [.nan, 8, 8.1, 8.2], [5, .nan, .nan, .nan]],
    ])
    let comparison = Comparison(compared, rules: Rules())
    let mean = try #require(comparison.groupMean(of: [0, 1], pair: 0))
    #expect(mean.cells == 2 && abs(mean.ratio.value - 2) < 0.1)
    #expect(mean.ratio.low! > 1.8 && mean.ratio.high! < 2.3)
  }
}

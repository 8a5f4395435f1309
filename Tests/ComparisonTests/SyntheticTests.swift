import Measurement
import RealModule
import Testing

@testable import Comparison

/// What comparisons do on data of which the truth is known.
@Suite struct SyntheticTests {
  /// Spreads between runs as the real machine has them, and what its cells share.
  private static let realSpreads: [Double] = {
    let logs = try! RealRuns("amd-epyc-f25-m17-s1-kvm").logs
    return (0..<logs.cells).map { RunSummary(logs.of($0)).variance.squareRoot() }
  }()
  private static let realShare = 0.43
  private static let even = [Double](repeating: 0.04, count: 200)
  private static let quiet = [Double](repeating: 0.01, count: 200)
  private static let noisy = [Double](repeating: 0.1, count: 200)

  struct Sameness: Sendable, CustomTestStringConvertible {
    var name: String
    var testDescription: String { name }
    var first: Int
    var second: Int
    var spreads: [Double]
    /// Of the second side, where they are others.
    var otherSpreads: [Double]?
    var shared: Double
    var comparisons = 400
  }

  /// At most 5 % of them, and two standard errors.
  @Test(arguments: [
    Sameness(
      name: "as the real machine", first: 5, second: 5, spreads: realSpreads, shared: realShare,
      comparisons: 1000),
    Sameness(name: "three runs", first: 3, second: 3, spreads: realSpreads, shared: realShare),
    Sameness(name: "independent", first: 5, second: 5, spreads: even, shared: 0),
    Sameness(name: "half shared", first: 4, second: 4, spreads: even, shared: 0.5),
    Sameness(name: "all shared", first: 5, second: 5, spreads: even, shared: 0.98),
    Sameness(
      name: "one side ten times as noisy", first: 5, second: 5, spreads: quiet,
      otherSpreads: noisy, shared: 0.3),
    Sameness(
      name: "and with fewer runs", first: 10, second: 3, spreads: quiet, otherSpreads: noisy,
      shared: 0.3),
    Sameness(
      name: "each side noisy in other cells", first: 5, second: 5,
      spreads: (0..<200).map { $0 < 100 ? 0.1 : 0.01 }, otherSpreads: (0..<200).map { $0 < 100 ? 0.01 : 0.1 },
      shared: 0.3),
    Sameness(
      name: "few cells", first: 5, second: 5, spreads: [0.01, 0.02, 0.05, 0.1], shared: 0.2, comparisons: 2000
    ),
    Sameness(name: "one cell", first: 5, second: 5, spreads: [0.04], shared: 0, comparisons: 2000),
  ])
  func sidesThatDoNotDifferAreNotToldApart(_ test: Sameness) {
    var random = Random(3)
    let found = (0..<test.comparisons).count { _ in
      let first = random.side(spreads: test.spreads, shared: test.shared, runs: test.first)
      let second = random.side(
        spreads: test.otherSpreads ?? test.spreads, shared: test.shared, runs: test.second)
      return claims(first, second) > 0
    }
    let expected = 0.05 * Double(test.comparisons)
    #expect(Double(found) <= expected + 2.3 * (0.95 * expected).squareRoot(), "\(test.name): \(found)")
  }

  /// Samples in rounds in runs: five runs a side of 15 rounds of 3 samples, whose spreads are 2, 3 and 5 %.
  @Test(arguments: [1, 50]) func intervalsHoldTheRatio(cellCount: Int) {
    var random = Random(5)
    let truth = 1.1
    let comparisons = 3000 / cellCount
    var held = 0
    for _ in 0..<comparisons {
      let sides = [1, truth].map { cost in
        (0..<cellCount).map { _ in
          (0..<5).map { _ in
            let run = 0.02 * random.normal()
            let rounds = (0..<15).map { _ in
              let round = run + 0.03 * random.normal()
              let samples = (0..<3).map { _ in cost * Double.exp(round + 0.05 * random.normal()) }
              return Order.median(samples)!
            }
            return Estimate(rounds: rounds)!.value
          }
        }
      }
      let comparison = Comparison(cells(sides), rules: Rules())
      held += comparison.pairs[0].cells.count { $0!.ratio.low! <= truth && truth <= $0!.ratio.high! }
    }
    let share = Double(held) / Double(comparisons * cellCount)
    #expect(share >= 0.93 && share <= 0.97, "\(share)")
  }

  struct Power: Sendable {
    var runs: Int
    var shared: Double
    var least: Double
    var most = 1.0
  }

  /// One cell among 200 shifted by three times the spread between runs: eleven runs a side find it, whatever the cells
  /// share; five do not.
  @Test(arguments: [
    Power(runs: 11, shared: 0, least: 0.95), Power(runs: 11, shared: 0.5, least: 0.95),
    Power(runs: 5, shared: 0, least: 0.08, most: 0.3),
  ])
  func aShiftIsFound(_ test: Power) {
    var random = Random(7)
    let spreads = [Double](repeating: 0.02, count: 200)
    let comparisons = 400
    let found = (0..<comparisons).count { _ in
      let sides = (0..<2).map { _ in random.side(spreads: spreads, shared: test.shared, runs: test.runs) }
      return adjusted(sides[0], sides[1].shifting(17, by: 0.06))[17] <= 0.05
    }
    let share = Double(found) / Double(comparisons)
    #expect(share >= test.least && share <= test.most, "\(found) of \(comparisons)")
  }

  /// What is said to be detectable is found as often as it says.
  @Test(arguments: [5, 10]) func detectableDifferencesAreDetected(runs: Int) throws {
    var random = Random(9)
    let spreads = [Double](repeating: 0.02, count: 100)
    var found = 0
    let comparisons = 240
    for _ in 0..<comparisons {
      let first = random.side(spreads: spreads, shared: 0.2, runs: runs)
      let second = random.side(spreads: spreads, shared: 0.2, runs: runs)
      let same = Comparison(cells([first.side, second.side]), rules: Rules())
      let shift = Double.log(onePlus: (try #require(same.pairs[0].detectable)).inHalf)
      let p = adjusted(first, second.shifting(31, by: shift))[31]
      found += p <= 0.05 ? 1 : 0
    }
    let share = Double(found) / Double(comparisons)
    // Three standard errors of so many draws.
    let error = (Rules.power * (1 - Rules.power) / Double(comparisons)).squareRoot()
    #expect(abs(share - Rules.power) < 3 * error, "\(found) of \(comparisons)")
  }
}

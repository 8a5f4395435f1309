import RealModule
import Testing

@testable import Measurement

@Suite struct BootstrapTests {
  @Test func normalQuantilesAreTheTables() {
    for (p, z) in [(0.5, 0.0), (0.975, 1.959964), (0.025, -1.959964), (0.995, 2.575829), (0.001, -3.090232)] {
      #expect(abs(Normal.quantile(p) - z) < 1e-6)
      #expect(abs(Normal.probability(below: z) - p) < 1e-6)
    }
  }

  @Test func equalRoundsHaveNoSpread() throws {
    let estimate = try #require(Bootstrap.estimate(rounds: [Double](repeating: 2, count: 20)))
    #expect(estimate.value == 2 && estimate.low == 2 && estimate.high == 2)
  }

  @Test func fewRoundsHaveNoInterval() throws {
    let estimate = try #require(Bootstrap.estimate(rounds: [1, 1.1, 1.2, 1.3]))
    #expect(estimate.low == nil && estimate.high == nil && estimate.rounds == 4)
    #expect(Bootstrap.estimate(rounds: []) == nil)
    #expect(Bootstrap.estimate(rounds: [0, -1, .nan]) == nil)
  }

  @Test func oneWildRoundDoesNotMoveIt() throws {
    let calm = (0..<20).map { 1 + Double($0 % 5) / 100 }
    let wild = calm + [50]
    let (a, b) = (
      try #require(Bootstrap.estimate(rounds: calm)), try #require(Bootstrap.estimate(rounds: wild))
    )
    #expect(abs(a.value - b.value) < 0.01 && b.high! < 1.1)
  }

  /// The nominal 95 % interval of a skewed ratio must hold the truth in about 95 % of the cases; 20 rounds of a bootstrap
  /// reach some points less.
  @Test func theIntervalHoldsTheTruthAsOftenAsItSays() throws {
    var random = SeededGenerator(seed: 9)
    func normal() -> Double { Normal.quantile(Double.random(in: 0.0001..<0.9999, using: &random)) }
    var held = 0
    let trials = 300
    for trial in 0..<trials {
      let rounds = (0..<25).map { _ in Double.exp(0.3 + 0.1 * normal()) }
      let estimate = try #require(Bootstrap.estimate(rounds: rounds, seed: UInt64(trial)))
      if estimate.low! <= Double.exp(0.3) && estimate.high! >= Double.exp(0.3) { held += 1 }
    }
    #expect(
      Double(held) / Double(trials) > 0.88 && Double(held) / Double(trials) < 0.99, "\(held) of \(trials)")
  }
}

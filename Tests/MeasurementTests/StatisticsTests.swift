import RealModule
import Testing

@testable import Measurement

@Suite struct StudentTTests {
  /// Two-sided 95 % points, from any table of Student's t.
  @Test(arguments: [
    (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (14, 2.145), (30, 2.042),
    (100, 1.984), (.infinity, 1.960),
  ])
  func quantiles(degrees: Double, t: Double) {
    #expect(abs(StudentT.quantile(central: 0.95, degrees: degrees) - t) < 0.0006)
  }

  @Test(arguments: [0.7, 1, 2, 3.3, 10, 60, 1e4, 1e8]) func tailsInvertQuantile(degrees: Double) {
    for probability in [0.5, 0.1, 0.05, 0.001, 1e-9] {
      let t = StudentT.quantile(tails: probability, degrees: degrees)
      #expect(abs(StudentT.tails(beyond: t, degrees: degrees) / probability - 1) < 1e-9)
    }
  }

  /// With one and two degrees of freedom the tails are elementary functions.
  @Test(arguments: [0, 0.1, 1, 3, 100]) func elementaryTails(t: Double) {
    let one = 2 / Double.pi * Double.atan2(y: 1, x: t)
    let two = 2 / (2 + t * t + t * (2 + t * t).squareRoot())
    #expect(abs(StudentT.tails(beyond: t, degrees: 1) / one - 1) < 1e-12)
    #expect(abs(StudentT.tails(beyond: t, degrees: 2) / two - 1) < 1e-12)
  }

  /// As SciPy 1.17 has them.
  @Test(arguments: [
    (5, 2.5, 0.02345118997086185),
    (12, 4.7, 0.00010527673696674255),
    (30, 8, 1.653525675178976e-09),
    (4.2, 123.4, 5.069754160184712e-05),
    (8, 1000000.0, 1.2455063433202503e-15),
    (0.001, 3.3, 0.9992595467289789),
    (40, 0.7, 0.04699673387876516),
  ])
  func farTails(t: Double, degrees: Double, tails: Double) {
    #expect(abs(StudentT.tails(beyond: t, degrees: degrees) / tails - 1) < 1e-9)
  }
}

@Suite struct OrderTests {
  @Test(
    arguments: [([], nil), ([3], 3), ([1, 2], 1.5), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5)]
      as [([Double], Double?)])
  func medians(values: [Double], median: Double?) {
    #expect(Order.median(values) == median)
  }

  @Test(arguments: [
    (0.9, 99, false), (0.9, 100, true), (0.99, 999, false), (0.99, 1000, true), (0.999, 9999, false),
    (0.999, 10_000, true),
  ])
  func tailPercentilesNeedTenValuesBeyond(q: Double, count: Int, given: Bool) {
    let values = (0..<count).map(Double.init)
    #expect((Order.tailQuantile(q, ofSorted: values) != nil) == given)
  }
}

@Suite struct EstimateTests {
  @Test func ofNothingIsNil() {
    #expect(Estimate(rounds: []) == nil)
    #expect(Estimate(rounds: [0, -1, .nan, .infinity]) == nil)
  }

  @Test func ofTwoRoundsHasNoInterval() throws {
    let estimate = try #require(Estimate(rounds: [2, 8]))
    #expect(abs(estimate.value - 4) < 1e-12, "the geometric mean")
    #expect(estimate.low == nil && estimate.relativeHalfWidth == nil)
  }

  /// Yuen's worked formula by hand: logs 1...10, g = 2, h = 6, trimmed mean 5.5,
  /// winsorised to 3,3,3,4,5,6,7,8,8,8 with squares 41.5 + ..., t(5) = 2.5706.
  @Test func followsTukeyAndMcLaughlin() throws {
    let logs = (1...10).map(Double.init)
    let estimate = try #require(Estimate(rounds: logs.map { Double.exp($0) }))
    let winsorized: [Double] = [3, 3, 3, 4, 5, 6, 7, 8, 8, 8]
    let squares = winsorized.reduce(0) { $0 + ($1 - 5.5) * ($1 - 5.5) }
    let reach = 2.570582 * (squares / 30).squareRoot()
    #expect(abs(Double.log(estimate.value) - 5.5) < 1e-9)
    #expect(abs(Double.log(estimate.high!) - (5.5 + reach)) < 1e-5)
    #expect(abs(Double.log(estimate.low!) - (5.5 - reach)) < 1e-5)
  }

  @Test func oneWildRoundMovesNothing() throws {
    let calm = [100, 101, 99, 100, 102, 98, 100, 101, 99, 100.0]
    let wild = calm.dropLast() + [100_000]
    let (a, b) = (try #require(Estimate(rounds: calm)), try #require(Estimate(rounds: Array(wild))))
    #expect(abs(b.value / a.value - 1) < 0.01)
    #expect(b.relativeHalfWidth! < 0.02)
  }

  struct Coverage: Sendable {
    var rounds: Int
    /// Share of rounds beside a busy neighbour, which cost 30 % more.
    var disturbed: Double
    var least: Double
  }

  /// How often 95 % intervals hold the true cost: seeded simulation, lognormal rounds.
  @Test(arguments: [
    Coverage(rounds: 8, disturbed: 0, least: 0.92), Coverage(rounds: 15, disturbed: 0, least: 0.93),
    Coverage(rounds: 40, disturbed: 0, least: 0.93), Coverage(rounds: 15, disturbed: 0.05, least: 0.92),
  ])
  func intervalsCover(_ test: Coverage) {
    var random = SeededGenerator(seed: 42)
    let trials = 2000
    var covered = 0
    for _ in 0..<trials {
      let rounds = (0..<test.rounds).map { _ -> Double in
        let busy = Double.random(in: 0..<1, using: &random) < test.disturbed
        return 1000 * Double.exp(0.05 * normal(&random)) * (busy ? 1.3 : 1)
      }
      let estimate = Estimate(rounds: rounds)!
      if estimate.low! <= 1000 && 1000 <= estimate.high! { covered += 1 }
    }
    let share = Double(covered) / Double(trials)
    #expect(share >= test.least && share <= 0.98)
  }

  /// Rounds that resemble their neighbours, as those of a drifting machine do (AR(1)).
  @Test(arguments: [0.3, 0.5]) func intervalsCoverWhereRoundsResembleEachOther(r: Double) {
    var random = SeededGenerator(seed: 7)
    let trials = 1000
    var covered = 0
    for _ in 0..<trials {
      var state = normal(&random)
      let rounds = (0..<100).map { _ -> Double in
        state = r * state + (1 - r * r).squareRoot() * normal(&random)
        return 1000 * Double.exp(0.05 * state)
      }
      let estimate = Estimate(rounds: rounds)!
      if estimate.low! <= 1000 && 1000 <= estimate.high! { covered += 1 }
    }
    #expect(Double(covered) / Double(trials) >= 0.91, "0.85 and 0.74 without")
  }

  /// Box and Muller.
  private func normal(_ random: inout SeededGenerator) -> Double {
    let u = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random)
    let v = Double.random(in: 0..<1, using: &random)
    return (-2 * Double.log(u)).squareRoot() * Double.cos(2 * .pi * v)
  }
}

@Suite struct DecimalTests {
  @Test(arguments: [
    (1.005, 1, "1.0"), (0, 2, "0.00"), (-0.004, 2, "0.00"), (-1.5, 0, "-2"), (12.3456, 3, "12.346"),
    (0.05, 2, "0.05"),
  ])
  func fixed(value: Double, digits: Int, text: String) {
    #expect(Decimal.fixed(value, digits) == text)
  }

  @Test(
    arguments: [
      (0, "0"), (1, "1"), (1234567.8, "1234568"), (0.000123456789, "0.000123457"), (99.99999999, "100"),
      (-2.5, "-2.5"), (1e-20, "0"), (3.14159265, "3.14159"),
    ] as [(Double, String)])
  func significant(value: Double, text: String) {
    #expect(Decimal.significant(value) == text)
  }
}

@Suite struct SeededGeneratorTests {
  /// The first outputs of SplitMix64 for seed 0, as published with the algorithm.
  @Test func isSplitMix64() {
    var random = SeededGenerator(seed: 0)
    #expect([random.next(), random.next()] == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4])
  }
}

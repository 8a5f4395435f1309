import Testing

@testable import Pages

@Suite struct TickTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: Scale.Kind
    var values: [Double]
    var most = 6
    var domain: ClosedRange<Double>
    var labelled: [Double]
    var testDescription: String { "\(values)" }
  }

  static let cases = [
    // Linear: steps of 1, 2 or 5, ends on ticks.
    Case(
      kind: .linear, values: [57, 63], domain: 56...64, labelled: [56, 58, 60, 62, 64]),
    Case(
      kind: .linear, values: [1139, 1194], domain: 1120...1200, labelled: [1120, 1140, 1160, 1180, 1200]),
    Case(kind: .linear, values: [0, 1], domain: 0...1, labelled: [0, 0.2, 0.4, 0.6, 0.8, 1]),
    Case(kind: .linear, values: [-3, 3], domain: -4...4, labelled: [-4, -2, 0, 2, 4]),
    Case(kind: .linear, values: [5], domain: 5...6, labelled: [5, 5.2, 5.4, 5.6, 5.8, 6]),
    Case(kind: .linear, values: [0], domain: 0...0.2, labelled: [0, 0.05, 0.1, 0.15, 0.2]),
    Case(kind: .linear, values: [0, 9], most: 3, domain: 0...10, labelled: [0, 5, 10]),
    // Logarithmic: ends on whole multiples of a power of ten, labels on powers where 1, 2 and 5 do not all fit.
    Case(kind: .logarithmic, values: [0.28, 1190], domain: 0.2...2000, labelled: [1, 10, 100, 1000]),
    Case(kind: .logarithmic, values: [1, 12], domain: 1...20, labelled: [1, 2, 5, 10, 20]),
    Case(kind: .logarithmic, values: [0.003, 1], domain: 0.003...1, labelled: [0.01, 0.1, 1]),
    Case(
      kind: .logarithmic, values: [1e-9, 1e9], most: 5, domain: 1e-9...1e9,
      labelled: [1e-9, 1e-5, 0.1, 1e3, 1e7]),
    // Within less than a power of ten: even steps.
    Case(
      kind: .logarithmic, values: [861_000, 948_000], domain: 800_000...1_000_000,
      labelled: [800_000, 850_000, 900_000, 950_000, 1_000_000]),
    Case(kind: .logarithmic, values: [100], domain: 100...1000, labelled: [100, 200, 500, 1000]),
  ]

  @Test(arguments: cases)
  func ticksAreRoundAndWithinTheDomain(_ test: Case) throws {
    let scale = try #require(Scale(test.kind, covering: test.values))
    #expect(
      close(
        [scale.domain.lowerBound, scale.domain.upperBound], [test.domain.lowerBound, test.domain.upperBound]))
    let ticks = Ticks(scale, most: test.most)
    #expect(close(ticks.labelled, test.labelled), "\(ticks.labelled)")
    for tick in ticks.labelled + ticks.others {
      #expect(scale.domain.contains(tick) || scale.position(tick).map { $0 < 1e-6 || $0 > 1 - 1e-6 } == true)
    }
    for value in test.values { #expect(scale.domain.contains(value)) }
  }

  private func close(_ one: [Double], _ other: [Double]) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= 1e-9 * max(abs($0), abs($1)) }
  }

  /// Whatever a table holds, there is a scale or none, and the ticks are few.
  @Test(arguments: [Scale.Kind.linear, .logarithmic])
  func noNumbersAreTooStrange(_ kind: Scale.Kind) {
    let numbers: [Double] = [
      0, -0.0, 1, -1, 1e-300, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity,
      .nan, 1e99, -1e99,
      1 + .ulpOfOne, 1e15, 1e15 + 1, 1e99 * (1 + .ulpOfOne), 1e-99, 123456.789,
    ]
    for one in numbers {
      for other in numbers {
        guard let scale = Scale(kind, covering: [one, other]) else { continue }
        let ticks = Ticks(scale, most: 6)
        #expect((1...14).contains(ticks.labelled.count), "\(one), \(other): \(ticks.labelled)")
        #expect(ticks.others.count < 700)
        for tick in ticks.labelled + ticks.others { #expect(scale.position(tick) != nil, "\(one), \(other)") }
      }
    }
  }

  @Test func nothingToShowIsNoScale() {
    #expect(Scale(.linear, covering: []) == nil)
    #expect(Scale(.linear, covering: [.nan, .infinity]) == nil)
    #expect(Scale(.logarithmic, covering: [0, -1]) == nil)
  }

  @Test func placesAreSharesOfTheAxis() throws {
    let linear = try #require(Scale(.linear, covering: [10, 20]))
    #expect(linear.position(10) == 0 && linear.position(15) == 0.5 && linear.position(20) == 1)
    #expect(linear.position(5) == 0 && linear.position(25) == 1, "what lies beyond is at the end")
    #expect(linear.position(.nan) == nil)
    let logarithmic = try #require(Scale(.logarithmic, covering: [1, 100]))
    #expect(abs(try #require(logarithmic.position(10)) - 0.5) < 1e-12)
    #expect(logarithmic.position(0) == nil && logarithmic.position(-1) == nil)
  }

  @Test func whatComesInWholeNumbersHasWholeTicks() throws {
    let axis = try #require(Axis("offenders", .count, .linear, covering: [1, 2]))
    #expect(axis.ticks.labelled == [1, 2])
  }
}

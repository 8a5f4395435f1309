import Testing

@testable import Pages

@Suite struct QuantityTests {
  struct Case: Sendable {
    var quantity: Quantity
    var value: Double
    var tick: String
    var text: String
  }

  static let cases = [
    Case(quantity: .nanoseconds, value: 0.5, tick: "0.5 ns", text: "0.50 ns"),
    Case(quantity: .nanoseconds, value: 100, tick: "100 ns", text: "100 ns"),
    Case(quantity: .nanoseconds, value: 1163.96, tick: "1.16 µs", text: "1164 ns"),
    Case(quantity: .nanoseconds, value: 34_441, tick: "34.4 µs", text: "34.4 µs"),
    Case(quantity: .nanoseconds, value: 1e7, tick: "10 ms", text: "10 ms"),
    Case(quantity: .nanoseconds, value: 2e9, tick: "2 s", text: "2 s"),
    Case(quantity: .nanoseconds, value: -3, tick: "-3 ns", text: "-3.00 ns"),
    Case(quantity: .nanoseconds, value: 0, tick: "0 ns", text: "0.00 ns"),
    Case(quantity: .perSecond, value: 874_551, tick: "875 k/s", text: "875 k/s"),
    Case(quantity: .perSecond, value: 4e8, tick: "400 M/s", text: "400 M/s"),
    Case(quantity: .perSecond, value: 0.5, tick: "0.5/s", text: "0.5/s"),
    Case(quantity: .factor, value: 12, tick: "12×", text: "12.0×"),
    Case(quantity: .factor, value: 593.9, tick: "594×", text: "594×"),
    Case(quantity: .factor, value: 1.03, tick: "1.03×", text: "1.03×"),
    Case(quantity: .share, value: 0.003, tick: "0.3 %", text: "0.3 %"),
    Case(quantity: .share, value: 1, tick: "100 %", text: "100 %"),
    Case(quantity: .count, value: 64, tick: "64", text: "64"),
  ]

  @Test(arguments: cases)
  func unitsAndDigitsFitTheValue(_ test: Case) {
    #expect(test.quantity.tick(test.value) == test.tick.unbroken)
    #expect(test.quantity.text(test.value) == test.text.unbroken)
  }

  @Test func anIntervalHasItsUnitOnce() {
    #expect(
      Ranged(value: 1164, low: 1147, high: 1180).text(.nanoseconds) == "1164 ns (1147 to 1180 ns)".unbroken)
    #expect(Ranged(value: 12, low: 10.9, high: 14.6).text(.factor) == "12.0× (10.9 to 14.6×)".unbroken)
    #expect(
      Ranged(value: 9990, low: 9000, high: 11_000).text(.nanoseconds)
        == "9990 ns (9000 ns to 11 µs)".unbroken, "units that differ both stand")
    #expect(Ranged(value: 5, low: nil, high: 6).text(.nanoseconds) == "5.00 ns".unbroken)
  }

  @Test func ticksOfALinearAxisShareAUnit() throws {
    let axis = try #require(Axis("time", .nanoseconds, .linear, covering: [900, 1100]))
    #expect(axis.ticks.labelled.map(axis.label).last == "1100 ns".unbroken)
    let wide = try #require(Axis("time", .nanoseconds, .logarithmic, covering: [1, 1e7]))
    #expect(wide.label(1e6) == "1 ms".unbroken)
  }
}

extension String {
  /// With the spaces that do not break a line, which stand before units and nowhere else in these texts.
  fileprivate var unbroken: String {
    replacing(" ns", with: "\u{A0}ns").replacing(" µs", with: "\u{A0}µs").replacing(" ms", with: "\u{A0}ms")
      .replacing(" s", with: "\u{A0}s").replacing(" k/s", with: "\u{A0}k/s").replacing(
        " M/s", with: "\u{A0}M/s"
      )
      .replacing(" %", with: "\u{A0}%")
  }
}

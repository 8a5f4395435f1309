import Measurement
import Testing

@testable import StoredRuns

@Suite struct NumberTextTests {
  private func number(_ text: String) -> Double? {
    Array(text.utf8).withUnsafeBufferPointer(NumberText.number)
  }

  /// Around the bounds of the fast path: 2^53, 10^22, 2^59 and 19 digits.
  @Test func everyNumberIsTheNearestOne() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      let digits =
        UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
      var text = String(digits)
      if Bool.random(using: &random) {
        text.insert(
          ".", at: text.index(text.startIndex, offsetBy: Int.random(in: 1...text.count, using: &random)))
        if text.hasSuffix(".") { text += "0" }
      }
      text += ["", "e\(Int.random(in: -30...30, using: &random))"].randomElement(using: &random)!
      #expect(number(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
      #expect(number("-" + text)?.bitPattern == Double("-" + text)?.bitPattern, "-\(text)")
    }
  }

  @Test func whatADoubleWritesItReadsBack() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      #expect(number("\(value)")?.bitPattern == value.bitPattern, "\(value)")
    }
  }
}

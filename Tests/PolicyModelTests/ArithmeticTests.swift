import Testing

@testable import PolicyModel

@Suite struct ArithmeticTests {
  @Test(arguments: [
    (1, 1_000_000, 1, 1_000_000), (2, 1, 3, 1), (1, 1, 3, 0), (1, 1, 2, 1), (0, 5, 7, 0),
    (60_000_000_000, 1_000_000, 128_000_000, 468_750_000), (Int.max, Int.max, Int.max, Int.max),
    (Int.max, 3, 2, Int.max),
  ])
  func scaledRoundsAndSaturates(_ value: Int, _ numerator: Int, _ denominator: Int, _ expected: Int) {
    #expect(Fixed.scaled(value, by: numerator, over: denominator) == expected)
  }

  @Test(arguments: [
    (0, "0.000000"), (1, "0.000001"), (31_250_000, "31.250000"), (-8387, "-0.008387"),
    (Int.max, "9223372036854.775807"),
  ])
  func millionthsAsText(_ value: Int, _ expected: String) { #expect(Fixed.text(value) == expected) }

  /// The first numbers of pcg32 for seed 42 and stream 54, as its authors' demonstration prints them.
  @Test func randomNumbersAreThoseOfPcg() {
    var random = Random(seed: 42, stream: 54)
    let halves = [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293].map { UInt64($0) }
    #expect(random.next64() == halves[0] << 32 | halves[1])
    #expect(random.next64() == halves[2] << 32 | halves[3])
  }

  @Test func randomNumbersStayBelowTheirBound() {
    var random = Random(seed: 1, stream: 0)
    let numbers = (0..<1000).map { _ in random.below(7) }
    #expect(Set(numbers) == Set(0..<7))
    #expect(random.below(0) == 0)
  }

  @Test func eventsComeInOrder() {
    var queue = EventQueue()
    var random = Random(seed: 3, stream: 0)
    for index in 0..<500 { queue.push(.event(index: index), at: random.below(50)) }
    var last = (time: -1, index: -1)
    while let event = queue.pop(before: .max) {
      guard case .event(let index) = event.what else { return }
      #expect(event.time > last.time || (event.time == last.time && index > last.index))
      last = (event.time, index)
    }
  }

  /// Ten lines in five seconds, whoever asks.
  @Test func theLogIsLimitedAsPrintkIs() {
    var limiter = LogLimiter()
    #expect(limiter.lines(of: 25, from: 0, to: 0) == 10)
    #expect(limiter.lines(of: 1, from: 4_000_000_000, to: 4_000_000_000) == 0)
    #expect(limiter.lines(of: 1, from: 5_000_000_001, to: 5_000_000_001) == 1)
    var steady = LogLimiter()
    // 60 s at a thousand a second: in every interval of a little over 5 s, ten.
    #expect((110...120).contains(steady.lines(of: 60_000, from: 0, to: 60_000_000_000)))
    var rare = LogLimiter()
    #expect(rare.lines(of: 20, from: 0, to: 60_000_000_000) == 20)
  }
}

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

  /// Replicates are independent: neither neighbours nor those of another seed share anything.
  @Test func firstNumbersOfReplicatesAreScattered() {
    let count = 4000
    var hits = 0
    var runs = 0
    var wasHit = false
    for replicate in 0..<count {
      var random = Random(seed: 1, replicate: replicate, runner: 0)
      let isHit = random.below(2) == 1
      hits += isHit ? 1 : 0
      runs += isHit == wasHit ? 0 : 1
      wasHit = isHit
    }
    // Half of them, and half of them unlike the one before; five standard deviations of 31.6.
    #expect(abs(hits - count / 2) < 160)
    #expect(abs(runs - count / 2) < 160)
  }

  /// Sixteen loops share the bus alike; one who is after little of it waits for the others, and gets nearly all of that.
  @Test func theBusIsShared() {
    let (cost, second) = (1000, 1_000_000_000)
    var bus = Bus(cost: cost)
    let loops = (0..<16).map { _ in bus.join(cost, at: 0) }
    let alone = bus.clock(loops[0], at: second)
    #expect((second / 16 - 10...second / 16 + 10).contains(alone))
    #expect(bus.wait == 15 * cost)
    let rare = bus.join(10_000_000, at: second)
    let begin = bus.clock(rare, at: second)
    #expect((998_000_000...999_000_000).contains(bus.clock(rare, at: 2 * second) - begin))
    for loop in loops { bus.leave(loop, at: 2 * second) }
    #expect(bus.wait == 0)
    #expect(bus.clock(rare, at: 3 * second) - bus.clock(rare, at: 2 * second) == second)
  }

  /// However many are after it, and at what pace: their split locks fill the bus's time and no more.
  @Test(arguments: [[1000], [1000, 2000], [1500, 1500], [1000, 1000, 1_000_000], [1100, 50_000, 3000, 7]])
  func theBusIsNeverFullerThanTime(_ periods: [Int]) {
    let (cost, second) = (1000, 1_000_000_000)
    var bus = Bus(cost: cost)
    let paces = periods.map { max(cost, $0) }
    let users = paces.map { bus.join($0, at: 0) }
    let shares = zip(users, paces).map { bus.clock($0, at: second) / $1 * cost }
    let wanted = paces.map { second / $0 * cost }
    let used = shares.reduce(0, +)
    if wanted.reduce(0, +) > second {
      #expect((second / 1000 * 998...second).contains(used))
    } else {
      #expect(shares == wanted)
    }
  }

  /// Ten lines in five seconds, whoever asks, and one that tells of the rest.
  @Test func theLogIsLimitedAsPrintkIs() {
    var limiter = LogLimiter()
    #expect(limiter.lines(of: 25, from: 0, to: 0) == 10)
    #expect(limiter.lines(of: 1, from: 4_000_000_000, to: 4_000_000_000) == 0)
    #expect(limiter.lines(of: 1, from: 5_000_000_001, to: 5_000_000_001) == 2)
    var steady = LogLimiter()
    // 60 s at a thousand a second: in every interval of a little over 5 s, eleven.
    #expect((121...131).contains(steady.lines(of: 60_000, from: 0, to: 60_000_000_000)))
    var rare = LogLimiter()
    #expect(rare.lines(of: 20, from: 0, to: 60_000_000_000) == 20)
  }
}

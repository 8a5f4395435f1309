/// Random numbers of one runner in one replicate: PCG-XSH-RR (O'Neill, HMC-CS-2014-0905) with a stream of its own.
struct Random: Sendable {
  private var state: UInt64 = 0
  private let increment: UInt64

  /// - Parameter runner: below 2^16.
  init(seed: UInt64, replicate: Int, runner: Int) {
    let stream = replicate << 16 | runner
    // Streams alone begin with numbers that are alike: where each begins is scattered too.
    let begin = Random.scattered(seed &+ Random.scattered(UInt64(bitPattern: Int64(stream))))
    self.init(seed: begin, stream: stream)
  }

  /// The last step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
  private static func scattered(_ number: UInt64) -> UInt64 {
    var z = number &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  init(seed: UInt64, stream: Int) {
    increment = UInt64(bitPattern: Int64(stream)) << 1 | 1
    _ = next32()
    state &+= seed
    _ = next32()
  }

  private mutating func next32() -> UInt32 {
    let old = state
    state = old &* 6_364_136_223_846_793_005 &+ increment
    let shifted = UInt32(truncatingIfNeeded: (old >> 18 ^ old) >> 27)
    let turn = UInt32(old >> 59)
    return shifted >> turn | shifted << (-Int32(turn) & 31)
  }

  mutating func next64() -> UInt64 {
    let high = next32()
    return UInt64(high) << 32 | UInt64(next32())
  }

  /// From 0 up to `bound`, which is left out; at most 2^53 of them. Multiplied, not divided: the bias is below 2^-11.
  mutating func below(_ bound: Int) -> Int {
    Int(next64().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// A length of time around a mean: between half of it and one and a half times.
  mutating func around(_ mean: Int) -> Int { mean / 2 + below(mean + 1) }
}

/// Random numbers of one replicate: PCG-XSH-RR with a stream of its own (O'Neill, HMC-CS-2014-0905).
///
/// Streams of one seed do not overlap, so that replicates are independent however many numbers each takes.
struct Random: Sendable {
  private var state: UInt64 = 0
  private let increment: UInt64

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
}

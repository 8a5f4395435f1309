/// SHA-256 (FIPS 180-4) and HMAC (RFC 2104), for a few bytes.
///
/// Swift's own library has neither, CryptoKit is not on Linux, and swift-crypto builds BoringSSL, more code than all of this
/// program. The tests hold it against the vectors of FIPS 180-4 and RFC 4231.
enum Sha256 {
  /// The fractional parts of the square roots of the first eight primes.
  private static let start: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  /// The fractional parts of the cube roots of the first 64 primes: 32 bits of each.
  private static let constants: [UInt32] = (2...311).filter { number in
    !(2..<number).contains { number.isMultiple(of: $0) }
  }.map(cubeRootFraction)

  /// The largest r with r^3 <= n x 2^96, less its whole part.
  private static func cubeRootFraction(_ number: Int) -> UInt32 {
    let cube = Wide(number) << 96
    var root = Wide(0)
    for bit in (0..<36).reversed() {
      let next = root | Wide(1) << Wide(bit)
      if next * next * next <= cube { root = next }
    }
    return UInt32(truncatingIfNeeded: root)
  }

  private typealias Wide = UInt128

  static func hash(_ message: [UInt8]) -> [UInt8] {
    var state = start
    let length = UInt64(message.count) * 8
    var padded = message + [0x80]
    padded += Array(repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * UInt64($0))) }
    for block in stride(from: 0, to: padded.count, by: 64) { mix(padded[block..<block + 64], into: &state) }
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
  }

  static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    let whole = key.count > 64 ? hash(key) : key
    let block = whole + Array(repeating: 0, count: 64 - whole.count)
    return hash(block.map { $0 ^ 0x5c } + hash(block.map { $0 ^ 0x36 } + message))
  }

  private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
    func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }
    var words = (0..<16).map { word in
      (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[block.startIndex + 4 * word + $1]) }
    }
    for index in 16..<64 {
      let (early, late) = (words[index - 15], words[index - 2])
      words.append(
        words[index - 16] &+ (turned(early, 7) ^ turned(early, 18) ^ early >> 3)
          &+ words[index - 7] &+ (turned(late, 17) ^ turned(late, 19) ^ late >> 10))
    }
    var s = state
    for index in 0..<64 {
      let choice = s[4] & s[5] ^ ~s[4] & s[6]
      let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
      let first =
        s[7] &+ (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) &+ choice &+ constants[index]
        &+ words[index]
      let second = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) &+ majority
      s = [first &+ second, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
    }
    state = zip(state, s).map { $0 &+ $1 }
  }
}

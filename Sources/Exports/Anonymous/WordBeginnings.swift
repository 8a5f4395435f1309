/// How words begin that are looked for, all of them at once: one look at a text tells that none of hundreds is in it.
struct WordBeginnings {
  /// Two beginnings with one hash cost time, no more.
  private let hashes: Set<UInt64>

  init(of words: [[UInt8]]) {
    hashes = Set(
      words.map { $0.prefix(while: \.isWordPart).reduce(WordBeginnings.empty, WordBeginnings.hash) })
  }

  /// False where no word is in the text in any case; a whole word begins where letters and digits do.
  func mayBe(in text: some Sequence<UInt8>) -> Bool {
    var hash = WordBeginnings.empty
    for byte in text {
      if byte.isWordPart {
        hash = WordBeginnings.hash(hash, byte)
      } else {
        if hashes.contains(hash) { return true }
        hash = WordBeginnings.empty
      }
    }
    return hashes.contains(hash)
  }

  /// FNV-1a (Fowler, Noll, Vo), 64 bits.
  private static let empty: UInt64 = 0xcbf2_9ce4_8422_2325
  private static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte.lowercased)) &* 0x100_0000_01b3
  }
}

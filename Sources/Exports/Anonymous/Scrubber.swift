/// Takes out of texts what tells whose they are: given words, and what has the shape of an address or a path.
///
/// No replacement has a quote, comma or backslash, and no pattern takes one away: CSV and JSON stay what they are.
struct Scrubber {
  /// What is looked for as a whole word, and what takes its place.
  struct Word {
    fileprivate let bytes: [UInt8]
    fileprivate let replacement: [UInt8]
    fileprivate let matchesCase: Bool

    /// - Parameter matchesCase: otherwise ASCII letters of either case are the same.
    init(_ text: String, _ replacement: String = "(name)", matchesCase: Bool = false) {
      bytes = text.utf8.map { matchesCase ? $0 : $0.lowercased }
      self.replacement = Array(replacement.utf8)
      self.matchesCase = matchesCase
    }
  }

  private let words: [Word]
  private let beginnings: WordBeginnings
  private let shapes = Shape.all

  /// - Parameter words: longer ones first where one holds another.
  init(words: [Word]) {
    self.words = words
    beginnings = WordBeginnings(of: words.map(\.bytes))
  }

  /// Without the words.
  func unworded(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    // A large fleet has hundreds of words, and hardly a text any of them.
    guard beginnings.mayBe(in: text) else { return text }
    return words.reduce(text) { Scrubber.replacing($1, in: $0) }
  }

  /// Without what has a shape.
  ///
  /// - Parameter text: valid UTF-8.
  func unshaped(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if !result.isEmpty || line.startIndex > 0 { result.append(UInt8(ascii: "\n")) }
      var signs = ShapeSigns(of: line)
      guard !signs.isEmpty else {
        result += line
        continue
      }
      var text = String(decoding: line, as: UTF8.self)
      for shape in shapes where !signs.isDisjoint(with: shape.signs) {
        // Twice: of two side by side the end of the first is what stands in front of the second.
        for _ in 1...2 { text.replace(shape.pattern) { $0.output.1 + shape.replacement } }
        // What took a shape's place may stand in front of another.
        signs = ShapeSigns(of: text.utf8)
      }
      result += text.utf8
    }
    return result
  }

  private static func replacing(_ word: Word, in text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let first = word.bytes.first, text.count >= word.bytes.count else { return text }
    func folded(_ byte: UInt8) -> UInt8 { word.matchesCase ? byte : byte.lowercased }
    var result: ArraySlice<UInt8> = []
    var index = text.startIndex
    while index < text.endIndex {
      let end = index + word.bytes.count
      if folded(text[index]) == first, end <= text.endIndex,
        index == text.startIndex || !text[index - 1].isWordPart,
        end == text.endIndex || !text[end].isWordPart,
        zip(text[index..<end], word.bytes).allSatisfy({ folded($0) == $1 })
      {
        result += word.replacement
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }
}

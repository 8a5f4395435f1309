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
      bytes = text.utf8.map { matchesCase ? $0 : Scrubber.lowercased($0) }
      self.replacement = Array(replacement.utf8)
      self.matchesCase = matchesCase
    }
  }

  private let words: [Word]
  private let shapes: [Shape]

  /// The first capture stays: what stands in front.
  private struct Shape {
    let pattern: Regex<(Substring, Substring)>
    let replacement: String

    init(_ pattern: Regex<(Substring, Substring)>, _ replacement: String) {
      (self.pattern, self.replacement) = (pattern, replacement)
    }
  }

  /// - Parameter words: longer ones first where one holds another.
  init(words: [Word]) {
    self.words = words
    shapes = [
      // Linux's log names the task.
      Shape(/(#AC|#DB): [^"\\]*? took a/, ": a task took a"),
      Shape(/()[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/, "(uuid)"),
      Shape(/()\b[0-9A-Fa-f]{32,}\b/, "(id)"),
      Shape(/()\b[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}\b/, "(mac)"),
      // A time of day has two colons.
      Shape(/()\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){4,7}/, "(ip)"),
      Shape(/()\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*::(?:[0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4}/, "(ip)"),
      Shape(/()\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b(?!\.)/, "(ip)"),
      // The domain may be gone already.
      Shape(/()[A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9.\-]|\(name\))+/, "(mail)"),
      Shape(/()\b0x[0-9A-Fa-f]{9,16}\b/, "0x0"),
      // As clouds name machines.
      Shape(/()\bi-[0-9A-Fa-f]{8,17}\b/, "(instance)"),
      Shape(/()\bip(?:-\d{1,3}){4}\b/, "(ip)"),
      // Those of every Linux say nothing of whose it is; below /etc and /dev anything may lie.
      Shape(
        /(^|[^A-Za-z0-9_])\/(?!(?:proc|sys|run\/splitbench)\b|(?:etc(?:\/machine-id)?|dev(?:\/(?:kvm|kmsg|null|zero|cpu\/\d+\/msr))?)(?:[\s",;:'\\)]|\.(?:\s|"|$)|$))[A-Za-z0-9._+~@%\-][^\s",;:'\\)]*/,
        "(path)"),
    ]
  }

  /// Without the words.
  func unworded(_ text: some Sequence<UInt8>) -> [UInt8] {
    words.reduce(Array(text)) { Scrubber.replacing($1, in: $0) }
  }

  /// Without what has a shape.
  ///
  /// - Parameter text: valid UTF-8.
  func unshaped(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if !result.isEmpty || line.startIndex > 0 { result.append(UInt8(ascii: "\n")) }
      guard Scrubber.mayHaveShapes(line) else {
        result += line
        continue
      }
      var text = String(decoding: line, as: UTF8.self)
      for shape in shapes { text.replace(shape.pattern) { $0.output.1 + shape.replacement } }
      result += text.utf8
    }
    return result
  }

  /// Tables are numbers, line by line: regular expressions would take minutes over them.
  private static func mayHaveShapes(_ line: ArraySlice<UInt8>) -> Bool {
    var (dots, digits) = (0, 0)
    var last = UInt8(ascii: " ")
    for byte in line {
      defer { last = byte }
      switch byte {
      case UInt8(ascii: "@"), UInt8(ascii: "#"): return true
      case UInt8(ascii: "x") where last == UInt8(ascii: "0"): return true
      // In front of a path stands no letter of ASCII.
      case UInt8(ascii: "/") where last >= 0x80 || !isWordPart(last): return true
      case UInt8(ascii: "-") where last == UInt8(ascii: "i") || last == UInt8(ascii: "p"): return true
      case UInt8(ascii: ":") where isWordPart(last) || last == UInt8(ascii: ":"): return true
      case UInt8(ascii: "."): dots += 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "-"):
        digits += 1
      default: (dots, digits) = (0, 0)
      }
      if dots == 3 || digits == 17 { return true }
    }
    return false
  }

  private static func replacing(_ word: Word, in text: [UInt8]) -> [UInt8] {
    guard let first = word.bytes.first, text.count >= word.bytes.count else { return text }
    func folded(_ byte: UInt8) -> UInt8 { word.matchesCase ? byte : lowercased(byte) }
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      let end = index + word.bytes.count
      if folded(text[index]) == first, end <= text.count,
        index == 0 || !isWordPart(text[index - 1]), end == text.count || !isWordPart(text[end]),
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

  fileprivate static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// A dot and a hyphen end a word: `node7.example.org` holds `node7`.
  private static func isWordPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}

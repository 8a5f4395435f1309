/// Takes out of texts what tells whose they are: given words, and what has the shape of an address or a path.
///
/// No replacement has a quote, comma or backslash, and no pattern takes one away: CSV and JSON stay what they are.
struct Scrubber {
  /// What is looked for as a whole word, and what takes its place.
  private let words: [(bytes: [UInt8], replacement: [UInt8])]
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
  init(words: [(word: String, replacement: String)]) {
    self.words = words.map { (Array($0.word.utf8), Array($0.replacement.utf8)) }
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
      Shape(/()[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+/, "(mail)"),
      Shape(/()\b0x[0-9A-Fa-f]{9,16}\b/, "0x0"),
      // Those of every Linux say nothing of whose it is.
      Shape(
        /(^|[\s"'(=:,])\/(?!dev\b|proc\b|sys\b|etc\b|run\/splitbench\b)[A-Za-z0-9._+~@%\-][^\s",;:'\\)]*/,
        "(path)"),
    ]
  }

  /// - Parameter text: valid UTF-8.
  func scrubbed(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if !result.isEmpty || line.startIndex > 0 { result.append(UInt8(ascii: "\n")) }
      result += scrubbed(line: line)
    }
    return result
  }

  private func scrubbed(line: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(line)
    for (word, replacement) in words { bytes = Scrubber.replacing(word, by: replacement, in: bytes) }
    guard Scrubber.mayHaveShapes(bytes) else { return bytes }
    var text = String(decoding: bytes, as: UTF8.self)
    for shape in shapes { text.replace(shape.pattern) { $0.output.1 + shape.replacement } }
    return Array(text.utf8)
  }

  /// Tables are numbers, line by line: regular expressions would take minutes over them.
  private static func mayHaveShapes(_ line: [UInt8]) -> Bool {
    var (dots, digits) = (0, 0)
    for byte in line {
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "x"): return true
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

  private static func replacing(
    _ word: [UInt8], by replacement: [UInt8], in text: [UInt8]
  ) -> [UInt8] {
    guard let first = word.first, text.count >= word.count else { return text }
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      let end = index + word.count
      if text[index] == first, end <= text.count, text[index..<end].elementsEqual(word),
        index == 0 || !isWordPart(text[index - 1]), end == text.count || !isWordPart(text[end])
      {
        result += replacement
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
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

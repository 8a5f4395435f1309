import SystemPackage

/// Finds what is wrong in a JSON file, and where (RFC 8259; a byte order mark is passed over).
///
/// Foundation names no place, and of two members of one name takes the first, where other readers take the last.
struct JsonScanner {
  /// Arrays and objects inside each other at most.
  private static let depthLimit = 100
  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  private let file: FilePath
  private let bytes: [UInt8]
  private let remedy: String
  private var position = 0

  private init(_ bytes: [UInt8], of file: FilePath, _ remedy: String) {
    self.bytes = bytes
    self.file = file
    self.remedy = remedy
  }

  /// - Throws: with line and column.
  static func check(_ bytes: [UInt8], of file: FilePath, remedy: String) throws(ReadFailure) {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw ReadFailure(
        file, at: error.byteOffsets.lowerBound, in: bytes, "not UTF-8", remedy: remedy)
    }
    var scanner = JsonScanner(bytes, of: file, remedy)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.position = 3 }
    try scanner.value(depth: 0)
    scanner.skipSpace()
    guard scanner.position == bytes.count else { throw scanner.failure("text behind the document") }
  }

  private mutating func value(depth: Int) throws(ReadFailure) {
    guard depth <= JsonScanner.depthLimit else { throw failure("nested too deeply") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): try object(depth: depth)
    case UInt8(ascii: "["): try array(depth: depth)
    case UInt8(ascii: "\""): _ = try string()
    case let byte? where byte == UInt8(ascii: "-") || JsonScanner.digits.contains(byte): try number()
    default:
      for word in ["true", "false", "null"] where take(word) { return }
      throw failure(next == nil ? "the file is cut short" : "no JSON value")
    }
  }

  private mutating func object(depth: Int) throws(ReadFailure) {
    position += 1
    var names: Set<ArraySlice<UInt8>> = []
    skipSpace()
    if take("}") { return }
    repeat {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw failure("a name in quotes is missing") }
      guard names.insert(try string()).inserted else {
        position = start
        throw failure("a second member of this name")
      }
      skipSpace()
      guard take(":") else { throw failure("a colon is missing") }
      try value(depth: depth + 1)
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("a comma or a closing brace is missing") }
  }

  private mutating func array(depth: Int) throws(ReadFailure) {
    position += 1
    skipSpace()
    if take("]") { return }
    repeat {
      try value(depth: depth + 1)
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("a comma or a closing bracket is missing") }
  }

  /// - Returns: what stands between the quotes, escapes as they are.
  private mutating func string() throws(ReadFailure) -> ArraySlice<UInt8> {
    position += 1
    let start = position
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("a control character in a string") }
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else {
      position = start - 1
      throw failure("a quote that is never closed")
    }
    defer { position += 1 }
    return bytes[start..<position]
  }

  private mutating func number() throws(ReadFailure) {
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      try digits()
    }
  }

  private mutating func digits() throws(ReadFailure) {
    let start = position
    while let byte = next, JsonScanner.digits.contains(byte) { position += 1 }
    guard position > start else { throw failure("a digit is missing") }
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ word: String) -> Bool {
    guard bytes[min(position, bytes.count)...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private func failure(_ what: String) -> ReadFailure {
    ReadFailure(file, at: min(position, bytes.count), in: bytes, what, remedy: remedy)
  }
}

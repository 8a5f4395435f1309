/// Goes through a CSV file field by field (RFC 4180; lines end in LF or CR LF).
struct CsvScanner {
  /// Bytes of one field at most.
  static let fieldLimit = 1 << 20

  let text: CsvText
  private var position: Int
  /// Line feeds inside quotes, up to here.
  private(set) var quotedLines = 0

  init(_ text: CsvText) {
    self.text = text
    position = text.start
  }

  var isAtEnd: Bool { position == text.bytes.count }

  @inline(__always)
  mutating func next() throws(ReadFailure) -> CsvField {
    var field = text.bytes[position] == quote ? try quoted() : try plain()
    field.endsLine = try end()
    return field
  }

  /// The text ends in a line feed, so a field without quotes ends before it does.
  private mutating func plain() throws(ReadFailure) -> CsvField {
    let bytes = text.bytes
    let first = position
    var index = first
    // The four bytes that matter lie below all that numbers and ids are made of.
    while true {
      let byte = bytes[index]
      if byte <= comma, byte == comma || byte == lineFeed || byte == carriageReturn || byte == quote { break }
      index += 1
    }
    position = index
    guard text.bytes[position] != quote else {
      throw text.failure(
        at: position, "a quote inside a field without quotes",
        remedy: "quote the field and double the quotes in it")
    }
    guard position - first <= CsvScanner.fieldLimit else { throw tooLong(first) }
    return CsvField(range: first..<position)
  }

  /// Stands at an opening quote; leaves behind the closing one.
  private mutating func quoted() throws(ReadFailure) -> CsvField {
    let opening = position
    var isDoubled = false
    position += 1
    while true {
      guard position < text.bytes.count else {
        throw text.failure(
          at: opening, "a quote that is never closed", remedy: "close it; the file may have been cut short")
      }
      guard position - opening - 1 <= CsvScanner.fieldLimit else { throw tooLong(opening) }
      let byte = text.bytes[position]
      position += 1
      if byte == lineFeed {
        quotedLines += 1
      } else if byte == quote {
        guard position < text.bytes.count, text.bytes[position] == quote else { break }
        isDoubled = true
        position += 1
      }
    }
    return CsvField(range: opening + 1..<position - 1, isQuoted: true, isDoubled: isDoubled)
  }

  /// Steps over what ends a field.
  @inline(__always)
  private mutating func end() throws(ReadFailure) -> Bool {
    switch text.bytes[position] {
    case comma:
      position += 1
      return false
    case carriageReturn where text.bytes[position + 1] == lineFeed:
      position += 2
    case lineFeed:
      position += 1
    case carriageReturn:
      throw text.failure(
        at: position, "a carriage return without a line feed",
        remedy: "end lines in a line feed, or in both of them")
    default:
      throw text.failure(
        at: position, "text behind a closing quote", remedy: "double quotes that belong to the text")
    }
    return true
  }

  private func tooLong(_ offset: Int) -> ReadFailure {
    text.failure(
      at: offset, "a field of more than \(CsvScanner.fieldLimit) bytes",
      remedy: "close the quote before it, or leave the run out")
  }
}

private let quote = UInt8(ascii: "\"")
private let comma = UInt8(ascii: ",")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

import SystemPackage

/// Goes through the bytes of a CSV file field by field (RFC 4180; lines end in LF or CR LF).
///
/// The bytes end in a line feed (see `CsvBytes`), so a field outside quotes ends before they do.
struct CsvScanner {
  /// Bytes of one field at most.
  static let fieldLimit = 1 << 20

  struct Field {
    /// Its bytes, without the quotes around it.
    var range: Range<Int>
    /// Whether quotes in it stand twice.
    var isDoubled = false
    var start: Place
    var endsLine = false
  }

  struct Place {
    var line: Int
    /// From 1.
    var column: Int
  }

  private let file: FilePath
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position: Int
  private var lineStart: Int
  private var line = 1

  /// - Parameter start: where the header begins, behind a byte order mark.
  init(_ file: FilePath, _ bytes: UnsafeBufferPointer<UInt8>, start: Int) {
    self.file = file
    self.bytes = bytes
    position = start
    lineStart = start
  }

  var isAtEnd: Bool { position == bytes.count }
  var place: Place { Place(line: line, column: position - lineStart + 1) }

  mutating func next() throws(ReadFailure) -> Field {
    var field = bytes[position] == quote ? try quoted() : try plain()
    field.endsLine = try end()
    return field
  }

  private mutating func plain() throws(ReadFailure) -> Field {
    let start = place
    let first = position
    // The four bytes that matter lie below all that numbers and ids are made of.
    while true {
      let byte = bytes[position]
      if byte <= comma, byte == comma || byte == lineFeed || byte == carriageReturn || byte == quote { break }
      position += 1
    }
    guard bytes[position] != quote else {
      throw failure(
        place, "a quote inside a field without quotes", "quote the field and double the quotes in it")
    }
    guard position - first <= CsvScanner.fieldLimit else { throw tooLong(start) }
    return Field(range: first..<position, start: start)
  }

  /// Steps over what ends a field.
  private mutating func end() throws(ReadFailure) -> Bool {
    switch bytes[position] {
    case comma:
      position += 1
      return false
    case carriageReturn where bytes[position + 1] == lineFeed:
      position += 2
    case lineFeed:
      position += 1
    case carriageReturn:
      throw failure(
        place, "a carriage return without a line feed", "end lines in a line feed, or in both of them")
    default:
      throw failure(place, "text behind a closing quote", "double quotes that belong to the text")
    }
    line += 1
    lineStart = position
    return true
  }

  /// Stands at an opening quote; leaves behind the closing one.
  private mutating func quoted() throws(ReadFailure) -> Field {
    var field = Field(range: position + 1..<position + 1, start: place)
    position += 1
    while true {
      guard position < bytes.count else {
        throw failure(
          field.start, "a quote that is never closed", "close it; the file may have been cut short")
      }
      guard position - field.range.lowerBound <= CsvScanner.fieldLimit else { throw tooLong(field.start) }
      let byte = bytes[position]
      position += 1
      if byte == lineFeed {
        line += 1
        lineStart = position
      } else if byte == quote {
        guard position < bytes.count, bytes[position] == quote else { break }
        field.isDoubled = true
        position += 1
      }
    }
    field.range = field.range.lowerBound..<position - 1
    return field
  }

  /// Calls `body` with what the field says.
  func withText<R>(of field: Field, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let raw = UnsafeBufferPointer(rebasing: bytes[field.range])
    guard field.isDoubled else { return body(raw) }
    var isSecond = false
    let text = raw.filter { byte in
      isSecond = byte == quote && !isSecond
      return !isSecond
    }
    return text.withUnsafeBufferPointer(body)
  }

  private func tooLong(_ start: Place) -> ReadFailure {
    failure(
      start, "a field of more than \(CsvScanner.fieldLimit) bytes",
      "close the quote before it, or leave the run out")
  }

  func failure(_ place: Place, _ what: String, _ remedy: String) -> ReadFailure {
    ReadFailure(file, line: place.line, column: place.column, what, remedy: remedy)
  }
}

private let quote = UInt8(ascii: "\"")
private let comma = UInt8(ascii: ",")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

/// Where a field of a CSV file lies.
struct CsvField {
  /// Its bytes, without the quotes around it.
  var range: Range<Int>
  var isQuoted = false
  /// Whether quotes in it stand twice.
  var isDoubled = false
  var endsLine = false

  /// Where it begins in the file.
  var offset: Int { isQuoted ? range.lowerBound - 1 : range.lowerBound }

  /// Calls `body` with what the field says.
  @inline(__always)
  func withBytes<R>(in text: CsvText, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let raw = UnsafeBufferPointer(rebasing: text.bytes[range])
    guard isDoubled else { return body(raw) }
    var isSecond = false
    let undoubled = raw.filter { byte in
      isSecond = byte == UInt8(ascii: "\"") && !isSecond
      return !isSecond
    }
    return undoubled.withUnsafeBufferPointer(body)
  }

  func string(in text: CsvText) -> String { withBytes(in: text) { String(decoding: $0, as: UTF8.self) } }

  /// As an error shows it: quoted and short, without what would move a terminal's cursor.
  func shown(in text: CsvText) -> String {
    withBytes(in: text) { bytes in
      String(decoding: bytes.prefix(40), as: UTF8.self).debugDescription + (bytes.count > 40 ? "..." : "")
    }
  }
}

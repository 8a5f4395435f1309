extension Scrubber {
  /// - Parameters:
  ///   - text: CSV, valid UTF-8, with a header.
  ///   - run: the run's new name, for the column `run`.
  func scrubbed(table text: [UInt8], run: String) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    // Of the column `run` nil.
    var columns: [FieldWords?] = []
    var (start, column, isHeader, isQuoted) = (0, 0, true, false)
    func field(_ end: Int) {
      let bytes = text[start..<end]
      if isHeader {
        let name = String(decoding: bytes, as: UTF8.self)
        columns.append(name == "run" ? nil : FieldWords(of: name))
        result += bytes
      } else if let words = column < columns.count ? columns[column] : .anybodys {
        result += words.areOurs(bytes) ? bytes : unworded(bytes)
      } else {
        result += run.utf8
      }
    }
    for (index, byte) in text.enumerated() {
      switch byte {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted, UInt8(ascii: "\n") where !isQuoted:
        field(index)
        result.append(byte)
        start = index + 1
        column += 1
        if byte == UInt8(ascii: "\n") { (column, isHeader) = (0, false) }
      default: break
      }
    }
    if start < text.count { field(text.count) }
    return unshaped(result)
  }
}

extension Scrubber {
  /// - Parameters:
  ///   - text: CSV, valid UTF-8, with a header.
  ///   - run: the run's new name, for the column `run`.
  func scrubbed(table text: [UInt8], run: String) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var columns: [String]?
    var header: [String] = []
    var (start, column, isQuoted) = (0, 0, false)
    func field(_ end: Int) {
      let bytes = text[start..<end]
      guard let columns else {
        header.append(String(decoding: bytes, as: UTF8.self))
        result += bytes
        return
      }
      let name = column < columns.count ? columns[column] : ""
      if name == "run" {
        result += run.utf8
      } else {
        result += FieldWords.areOurs(name, bytes) ? Array(bytes) : unworded(bytes)
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
        if byte == UInt8(ascii: "\n") {
          column = 0
          if columns == nil { columns = header }
        }
      default: break
      }
    }
    if start < text.count { field(text.count) }
    return unshaped(result)
  }
}

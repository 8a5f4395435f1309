/// Some rows of a CSV file, cut into fields. Columns are read from many rows at a time: asking field by field what to do would take
/// three times as long.
struct CsvRows {
  /// Fields that are cut before columns are read: a block stays in the CPU's cache.
  private static let blockFields = 8192

  private let text: CsvText
  private let width: Int
  private var fields: [CsvField] = []

  init(_ text: CsvText, width: Int) {
    self.text = text
    self.width = width
    fields.reserveCapacity(CsvRows.blockFields + width)
  }

  var isFull: Bool { fields.count >= CsvRows.blockFields }

  mutating func removeAll() { fields.removeAll(keepingCapacity: true) }

  /// Cuts one line.
  mutating func append(_ scanner: inout CsvScanner) throws(ReadFailure) {
    for column in 0..<width {
      let field = try scanner.next()
      guard field.endsLine == (column == width - 1) else {
        throw text.failure(
          at: field.offset,
          field.endsLine
            ? "the line has \(column + 1) fields, the header \(width)"
            : "the line has more than the header's \(width) fields",
          remedy: "give every line as many fields as the header; quote fields with commas")
      }
      fields.append(field)
    }
  }

  /// Reads a column.
  ///
  /// - Returns: the first field that `parse` does not take.
  @inline(__always)
  func read<Value>(
    _ column: Int, into values: inout [Value], empty: Value, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
  ) -> CsvField? {
    var index = column
    while index < fields.count {
      let field = fields[index]
      if field.range.isEmpty {
        values.append(empty)
      } else if let value = field.withBytes(in: text, parse) {
        values.append(value)
      } else {
        return field
      }
      index += width
    }
    return nil
  }
}

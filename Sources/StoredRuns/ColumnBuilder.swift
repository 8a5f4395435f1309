import Glibc

/// Takes the fields of one column, many at a time.
struct ColumnBuilder {
  let name: String
  let kind: ColumnKind
  /// Of these one is in use, which depends on the kind.
  private var integers: [Int] = []
  private var numbers: [Double] = []
  private var booleans: [Bool?] = []
  private var texts = TextCodes()

  /// - Parameter room: for how many rows to make room.
  init(_ name: String, _ kind: ColumnKind, room: Int) {
    self.name = name
    self.kind = kind
    switch kind {
    case .integer: integers.reserveCapacity(room)
    case .number: numbers.reserveCapacity(room)
    case .boolean: booleans.reserveCapacity(room)
    case .string: texts.codes.reserveCapacity(room)
    }
  }

  /// - Returns: the first field that is not of the column's kind.
  mutating func append(_ rows: CsvRows, column: Int) -> CsvField? {
    switch kind {
    case .integer: rows.read(column, into: &integers, empty: .min, NumberText.integer)
    case .number: rows.read(column, into: &numbers, empty: .nan, NumberText.number)
    case .boolean:
      rows.read(column, into: &booleans, empty: nil) { field in
        field.elementsEqual("true".utf8) ? true : field.elementsEqual("false".utf8) ? false : Bool??.none
      }
    case .string: texts.append(rows, column: column)
    }
  }

  var column: StoredTable.Column {
    switch kind {
    case .integer: .integer(IntegerColumn(name: name, fields: integers))
    case .number: .number(NumberColumn(name: name, fields: numbers))
    case .boolean: .boolean(BooleanColumn(name: name, fields: booleans))
    case .string: .text(TextColumn(name: name, codes: texts.codes, texts: texts.texts))
    }
  }
}

/// Texts as numbers: few different ones stand in many rows.
private struct TextCodes {
  var codes: [UInt32] = []
  /// The empty one is nil, and the first.
  private(set) var texts: [String?] = [nil]
  /// By bytes: as strings, different spellings of one accented letter would be one.
  private var codeByText: [[UInt8]: UInt32] = [:]
  /// The text of the row before, and its code: neighbours are mostly alike.
  private var last: (text: [UInt8], code: UInt32) = ([], 0)

  mutating func append(_ rows: CsvRows, column: Int) -> CsvField? {
    var codes = self.codes
    self.codes = []
    defer { self.codes = codes }
    return rows.read(column, into: &codes, empty: 0) { code(of: $0) }
  }

  private mutating func code(of text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    if text.count == last.text.count, memcmp(text.baseAddress!, last.text, text.count) == 0 {
      return last.code
    }
    last.text = Array(text)
    last.code = codeByText[last.text] ?? add(last.text)
    return last.code
  }

  private mutating func add(_ text: [UInt8]) -> UInt32 {
    let code = UInt32(texts.count)
    codeByText[text] = code
    texts.append(String(decoding: text, as: UTF8.self))
    return code
  }
}

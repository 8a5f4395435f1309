/// Takes the fields of one column as they come.
protocol ColumnBuilder: AnyObject {
  /// - Returns: false if the field is not of the column's kind.
  func append(_ field: UnsafeBufferPointer<UInt8>) -> Bool
  /// All that was appended.
  var column: StoredTable.Column { get }
}

extension ColumnKind {
  /// - Parameter rows: how many to make room for.
  func builder(_ name: String, rows: Int) -> any ColumnBuilder {
    switch self {
    case .string: TextBuilder(name, rows: rows)
    case .integer:
      FieldBuilder(rows: rows, missing: Int.min, NumberText.integer) {
        .integer(IntegerColumn(name: name, fields: $0))
      }
    case .number:
      FieldBuilder(rows: rows, missing: Double.nan, NumberText.number) {
        .number(NumberColumn(name: name, fields: $0))
      }
    case .boolean:
      FieldBuilder(rows: rows, missing: Bool?.none, BooleanText.boolean) {
        .boolean(BooleanColumn(name: name, fields: $0))
      }
    }
  }
}

/// A column of fields of one size.
private final class FieldBuilder<Field>: ColumnBuilder {
  private var fields: [Field] = []
  private let missing: Field
  private let parse: (UnsafeBufferPointer<UInt8>) -> Field?
  private let finish: ([Field]) -> StoredTable.Column

  init(
    rows: Int, missing: Field, _ parse: @escaping (UnsafeBufferPointer<UInt8>) -> Field?,
    _ finish: @escaping ([Field]) -> StoredTable.Column
  ) {
    self.missing = missing
    self.parse = parse
    self.finish = finish
    fields.reserveCapacity(rows)
  }

  func append(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let value = field.isEmpty ? missing : parse(field) else { return false }
    fields.append(value)
    return true
  }

  var column: StoredTable.Column { finish(fields) }
}

private enum BooleanText {
  static func boolean(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool?? {
    if bytes.elementsEqual("true".utf8) { return true }
    if bytes.elementsEqual("false".utf8) { return false }
    return nil
  }
}

private final class TextBuilder: ColumnBuilder {
  private let name: String
  private var codes: [UInt32] = []
  private var texts: [String?] = []
  /// By bytes: as strings, different spellings of one accented letter would be one.
  private var codeByText: [[UInt8]: UInt32] = [:]
  /// The text of the row before, and its code: neighbours are mostly alike.
  private var last: (text: [UInt8], code: UInt32)?

  init(_ name: String, rows: Int) {
    self.name = name
    codes.reserveCapacity(rows)
  }

  func append(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    if let last, last.text.elementsEqual(field) {
      codes.append(last.code)
    } else {
      let text = Array(field)
      let code = code(text)
      last = (text, code)
      codes.append(code)
    }
    return true
  }

  private func code(_ text: [UInt8]) -> UInt32 {
    if let known = codeByText[text] { return known }
    let code = UInt32(texts.count)
    codeByText[text] = code
    texts.append(text.isEmpty ? nil : String(decoding: text, as: UTF8.self))
    return code
  }

  var column: StoredTable.Column { .text(TextColumn(name: name, codes: codes, texts: texts)) }
}

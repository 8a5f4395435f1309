import Measurement

/// One value of a table. Nothing measured is nothing written, never 0.
public enum CsvValue {
  case text(String?)
  case integer(Int?)
  case number(Double?)
  case boolean(Bool)

  /// As RFC 4180 has it: quoted only where needed.
  public var field: String {
    switch self {
    case .text(let value): CsvValue.quoted(value ?? "")
    case .integer(let value): value.map { String($0) } ?? ""
    case .number(let value): value.map { Decimal.significant($0) } ?? ""
    case .boolean(let value): value ? "true" : "false"
    }
  }

  private static func quoted(_ text: String) -> String {
    // By code points: a comma with a combining accent behind it is a comma to whoever reads the file.
    let scalars = text.unicodeScalars
    guard scalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return text }
    return "\"" + String(String.UnicodeScalarView(scalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] })) + "\""
  }
}

/// A column of a CSV file: its name, what frictionless calls its type, its meaning, and its value of a row.
package struct CsvColumn<Row>: Sendable {
  package enum Kind: String, Sendable { case string, integer, number, boolean }
  package var name: String
  package var kind: Kind
  package var meaning: String
  package var value: @Sendable (Row) -> CsvValue

  package static func text(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> String?)
    -> Self
  {
    CsvColumn(name: name, kind: .string, meaning: meaning) { .text(value($0)) }
  }
  package static func integer(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Int?)
    -> Self
  {
    CsvColumn(name: name, kind: .integer, meaning: meaning) { .integer(value($0)) }
  }
  package static func number(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Double?)
    -> Self
  {
    CsvColumn(name: name, kind: .number, meaning: meaning) { .number(value($0)) }
  }
  package static func boolean(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Bool)
    -> Self
  {
    CsvColumn(name: name, kind: .boolean, meaning: meaning) { .boolean(value($0)) }
  }
}

/// A CSV file: UTF-8, LF, a header line.
package struct CsvTable<Row>: Sendable {
  package var columns: [CsvColumn<Row>]

  package init(columns: [CsvColumn<Row>]) { self.columns = columns }

  var header: String { columns.map(\.name).joined(separator: ",") + "\n" }

  func line(_ row: Row) -> String {
    columns.map { $0.value(row).field }.joined(separator: ",") + "\n"
  }

  package func text(_ rows: [Row]) -> String { header + rows.map(line).joined() }
}

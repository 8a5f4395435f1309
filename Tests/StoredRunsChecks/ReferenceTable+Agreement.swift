import StoredRuns

extension ReferenceTable {
  /// The first thing in which a table that was read is another one; nil where there is none.
  public func difference(from table: StoredTable, kinds: [String: String]) -> String? {
    guard table.columnNames == header else { return "columns \(table.columnNames)" }
    guard table.rowCount == rows.count else { return "\(table.rowCount) rows, not \(rows.count)" }
    do {
      for (column, name) in header.enumerated() {
        let read = try ReferenceTable.values(of: table, name, kinds[name] ?? "string")
        for row in rows.indices where read[row] != Value(rows[row][column], kinds[name] ?? "string") {
          return "row \(row), \(name): \(read[row]), not \(rows[row][column].debugDescription)"
        }
      }
    } catch {
      return "\(error)"
    }
    return nil
  }

  private enum Value: Equatable {
    case nothing
    /// As bytes: strings are equal where their accents are only spelt differently.
    case text([UInt8])
    case integer(Int)
    /// By its bits: -0 is not 0.
    case number(UInt64)
    case boolean(Bool)

    init(_ field: String, _ kind: String) {
      switch kind {
      case _ where field.isEmpty: self = .nothing
      case "integer": self = .integer(Int(field)!)
      case "number": self = .number(Double(field)!.bitPattern)
      case "boolean": self = .boolean(field == "true")
      default: self = .text(Array(field.utf8))
      }
    }
  }

  private static func values(
    of table: StoredTable, _ name: String, _ kind: String
  ) throws(ReadFailure) -> [Value] {
    switch kind {
    case "integer": try table.integers(name).map { $0.map(Value.integer) ?? .nothing }
    case "number": try table.numbers(name).map { $0.map { .number($0.bitPattern) } ?? .nothing }
    case "boolean": try table.booleans(name).map { $0.map(Value.boolean) ?? .nothing }
    default: try table.texts(name).map { $0.map { .text(Array($0.utf8)) } ?? .nothing }
    }
  }
}

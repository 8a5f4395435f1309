import SystemPackage

/// A table of a run, by columns.
///
/// Columns are found by name: their order says nothing, and unknown ones do no harm.
public struct StoredTable: Sendable {
  public let file: FilePath
  public let rowCount: Int
  /// Those that were read, in the file's order.
  public let columnNames: [String]

  private let columns: [String: Column]
  /// Rows before which lines were used up inside quotes, and how many in all.
  private let extraLines: [(row: Int, lines: Int)]

  enum Column: Sendable {
    case text(TextColumn)
    case integer(IntegerColumn)
    case number(NumberColumn)
    case boolean(BooleanColumn)
  }

  init(
    file: FilePath, rowCount: Int, columns: [(name: String, column: Column)],
    extraLines: [(row: Int, lines: Int)]
  ) {
    self.file = file
    self.rowCount = rowCount
    columnNames = columns.map(\.name)
    self.columns = Dictionary(uniqueKeysWithValues: columns)
    self.extraLines = extraLines
  }

  /// Whether the column was read: one that is not asked for is not.
  public func has(_ column: String) -> Bool { columns[column] != nil }

  /// - Throws: where the column was not read or does not hold integers.
  public func integers(_ name: String) throws(ReadFailure) -> IntegerColumn {
    if case .integer(let column) = try column(name) { return column }
    throw failure("column \(name) does not hold integers")
  }

  /// A column of integers will do.
  ///
  /// - Throws: where the column was not read or holds something else.
  public func numbers(_ name: String) throws(ReadFailure) -> NumberColumn {
    switch try column(name) {
    case .number(let column): return column
    case .integer(let column):
      return NumberColumn(name: name, fields: column.map { $0.map(Double.init) ?? .nan })
    default: throw failure("column \(name) does not hold numbers")
    }
  }

  /// - Throws: where the column was not read or does not hold booleans.
  public func booleans(_ name: String) throws(ReadFailure) -> BooleanColumn {
    if case .boolean(let column) = try column(name) { return column }
    throw failure("column \(name) does not hold booleans")
  }

  /// - Throws: where the column was not read or does not hold texts.
  public func texts(_ name: String) throws(ReadFailure) -> TextColumn {
    if case .text(let column) = try column(name) { return column }
    throw failure("column \(name) does not hold texts")
  }

  /// The values of a column of which no field may be empty.
  ///
  /// - Throws: with the line of the first empty field.
  @inlinable
  public func filled<Value>(_ column: some StoredColumn<Value?>) throws(ReadFailure) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(column.count)
    for (row, value) in column.enumerated() {
      guard let value else {
        throw failure(row: row, "column \(column.name) is empty", remedy: "fill it, or leave the run out")
      }
      values.append(value)
    }
    return values
  }

  /// Throws if two rows have the same values in all these columns.
  public func requireUnique(_ key: [String]) throws(ReadFailure) {
    guard !key.isEmpty else { return }
    let ids = try key.map { name throws(ReadFailure) in try column(name) }.map(\.ids)
    var seen: [[UInt64]: Int] = [:]
    seen.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      let other = seen.updateValue(row, forKey: ids.map { $0(row) })
      guard let other else { continue }
      throw failure(
        row: row, "the same \(key.joined(separator: ", ")) as in line \(line(ofRow: other))",
        remedy: "remove one of the two lines")
    }
  }

  /// An error about a row, with its line.
  public func failure(row: Int, _ what: String, remedy: String) -> ReadFailure {
    ReadFailure(file, line: line(ofRow: row), column: 1, what, remedy: remedy)
  }

  /// The line of the file in which a row begins.
  public func line(ofRow row: Int) -> Int {
    var (low, high) = (0, extraLines.count)
    while low < high {
      let middle = (low + high) / 2
      if extraLines[middle].row <= row { low = middle + 1 } else { high = middle }
    }
    return row + 2 + (low > 0 ? extraLines[low - 1].lines : 0)
  }

  private func column(_ name: String) throws(ReadFailure) -> Column {
    guard let column = columns[name] else { throw failure("no column \(name)") }
    return column
  }

  private func failure(_ what: String) -> ReadFailure {
    ReadFailure(
      file, line: 1, column: 1, what, remedy: "measure again with this SplitBench, or leave the run out")
  }
}

extension StoredTable.Column {
  /// What tells the value of a row from others of the column.
  fileprivate var ids: (Int) -> UInt64 {
    switch self {
    case .text(let column): { UInt64(column.codes[$0]) }
    case .integer(let column): { UInt64(bitPattern: Int64(column.fields[$0])) }
    // Written 0 or -0, the key is the same.
    case .number(let column): { (column.fields[$0] + 0).bitPattern }
    case .boolean(let column): { column.fields[$0].map { $0 ? 1 : 0 } ?? 2 }
    }
  }
}

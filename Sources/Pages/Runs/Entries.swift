import StoredRuns

/// A table of a run, for reading it row by row.
struct Entries {
  private let table: StoredTable

  /// Nil where the run has no such table.
  init?(_ run: StoredRun, _ name: String, required: [String], optional: [String]) throws(ReadFailure) {
    guard run.has(name) else { return nil }
    table = try run.table(name, columns: required, optional: optional)
  }

  init(_ table: StoredTable) { self.table = table }

  var rows: Range<Int> { 0..<table.rowCount }

  // MARK: Columns that every row has to fill

  func texts(_ name: String) throws(ReadFailure) -> [String] { try table.filled(table.texts(name)) }
  func integers(_ name: String) throws(ReadFailure) -> [Int] { try table.filled(table.integers(name)) }
  func booleans(_ name: String) throws(ReadFailure) -> [Bool] { try table.filled(table.booleans(name)) }

  // MARK: Columns with gaps, or that older runs lack

  func text(_ name: String) throws(ReadFailure) -> [String?] {
    try table.has(name) ? Array(table.texts(name)) : missing()
  }
  func integer(_ name: String) throws(ReadFailure) -> [Int?] {
    try table.has(name) ? Array(table.integers(name)) : missing()
  }
  func boolean(_ name: String) throws(ReadFailure) -> [Bool?] {
    try table.has(name) ? Array(table.booleans(name)) : missing()
  }
  func number(_ name: String) throws(ReadFailure) -> [Double?] {
    try table.has(name) ? Array(table.numbers(name)) : missing()
  }

  /// A value with its interval, from three columns or from one.
  func ranged(_ name: String, low: String?, high: String?) throws(ReadFailure) -> [Ranged?] {
    let values = try number(name)
    let (lows, highs) = (try low.map(number) ?? missing(), try high.map(number) ?? missing())
    return rows.map { row in
      values[row].map { Ranged(value: $0, low: lows[row], high: highs[row]) }
    }
  }

  private func missing<Value>() -> [Value?] { Array(repeating: nil, count: table.rowCount) }
}

import Measurement
import Reporting
import StoredRuns
import SystemPackage

/// A number about split locks that someone has published.
struct PublishedNumber {
  let source: String
  /// Empty where it is not known.
  let url: String
  /// A date, or as much of one as is known.
  let published: String
  let processor: String
  /// What was timed, in words.
  let timed: String
  /// What SplitBench measures of that kind; nil where it measures nothing such.
  let counterpart: Counterpart?
  /// Nothing, or about, above, below.
  let qualifier: String
  let value: Double
  /// Of a range.
  let highValue: Double?
  let unit: String
  /// What else is other than here, beside the processor.
  let differs: String

  /// Cells of a table.
  struct Counterpart {
    let table: ComparedTable
    let cells: CellFilter
  }

  /// Such as `about 7 us` or `2 to 3 x`.
  var inWords: String {
    let range = [value, highValue].compactMap(\.self).map { Decimal.significant($0) }.joined(
      separator: " to ")
    return [qualifier, range, unit].filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension PublishedNumber {
  private static let texts = [
    "source", "url", "published", "processor", "timed", "experiment", "column", "cells", "qualifier", "unit",
    "differs",
  ]
  private static let numbers = ["value", "value_high"]

  /// Reads a table of them; results/README.md has its columns.
  ///
  /// - Throws: with file, line and column where it is not one.
  static func read(_ file: FilePath) throws(ReadFailure) -> [PublishedNumber] {
    let columns =
      texts.map { ($0, ColumnKind.string) } + numbers.map { ($0, ColumnKind.number) }
    let table = try StoredTable.read(file, columns: Dictionary(uniqueKeysWithValues: columns))
    var numbers: [PublishedNumber] = []
    for row in 0..<table.rowCount { numbers.append(try PublishedNumber(table, row)) }
    return numbers
  }

  private init(_ table: StoredTable, _ row: Int) throws(ReadFailure) {
    func text(_ name: String) throws(ReadFailure) -> String { try table.texts(name)[row] ?? "" }
    func required(_ name: String) throws(ReadFailure) -> String {
      if let text = try table.texts(name)[row] { return text }
      throw table.failure(row: row, "column \(name) is empty", remedy: "fill it")
    }
    source = try required("source")
    url = try text("url")
    published = try text("published")
    processor = try required("processor")
    timed = try required("timed")
    qualifier = try text("qualifier")
    unit = try required("unit")
    differs = try text("differs")
    guard let number = try table.numbers("value")[row] else {
      throw table.failure(row: row, "column value is empty", remedy: "fill it")
    }
    value = number
    highValue = try table.numbers("value_high")[row]
    let experiment = try text("experiment")
    counterpart =
      experiment.isEmpty
      ? nil : try PublishedNumber.counterpart(experiment, try text("column"), try text("cells"), table, row)
  }

  private static func counterpart(
    _ experiment: String, _ column: String, _ cells: String, _ file: StoredTable, _ row: Int
  ) throws(ReadFailure) -> Counterpart {
    guard let table = ComparedTable.all.first(where: { $0.name == experiment }) else {
      throw file.failure(
        row: row, "no experiment \(experiment)",
        remedy: "write one of \(ComparedTable.all.map(\.name).joined(separator: ", ")), or nothing")
    }
    guard RunResults.columnTypes[table.file]?[column] == ColumnKind.number.rawValue else {
      throw file.failure(
        row: row, "no column \(column) with numbers in \(table.file).csv",
        remedy: "results/README.md has them")
    }
    guard let filter = CellFilter(cells) else {
      throw file.failure(row: row, "'\(cells)' does not choose cells", remedy: "write column=value,...")
    }
    let known = table.columns(byCpu: false).map(\.name)
    if let unknown = filter.wanted.keys.filter({ !known.contains($0) }).min() {
      throw file.failure(
        row: row, "no column \(unknown) describes a cell of \(experiment)",
        remedy: "choose from \(known.joined(separator: ", "))")
    }
    return Counterpart(table: table.comparing(column), cells: filter)
  }
}

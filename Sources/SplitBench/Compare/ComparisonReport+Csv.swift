import Comparison
import Reporting

/// A comparison as a table for other tools: one row a cell and pair of sides, with those that one side lacks.
extension ComparisonReport {
  var csv: String {
    CsvTable(columns: keyColumns + ComparisonReport.results).text(csvRows)
  }

  struct CsvRow {
    let cell: MatchedCells.Cell
    let first: Side
    let second: Side
    let result: CellResult?
  }

  private var csvRows: [CsvRow] {
    comparison.pairs.indices.flatMap { pair in
      let side = sides[pair + 1]
      let rows = matched.compared.indices.map { index in
        CsvRow(
          cell: matched.compared[index], first: sides[0], second: side,
          result: comparison.pairs[pair].cells[index])
      }
      let missing = matched.unmatched.filter { $0.isMeasured(0) != $0.isMeasured(pair + 1) }
        .filter { cell in !matched.compared.contains { $0.key == cell.key } }
      return rows.filter { $0.result != nil || $0.cell.isMeasured(0) }
        + missing.map { CsvRow(cell: $0, first: sides[0], second: side, result: nil) }
    }
  }

  /// All columns that some table's cells have, by first appearance.
  private var keyColumns: [CsvColumn<CsvRow>] {
    var names: [String] = []
    for cell in matched.compared + matched.unmatched {
      for column in cell.columns where !names.contains(column.name) { names.append(column.name) }
    }
    return [.text("experiment", "Its table.") { $0.cell.table.name }]
      + names.map { name in .text(name, "As in the tables.") { $0.cell.value(name) } }
  }

  private static let results: [CsvColumn<CsvRow>] = [
    .text("first_side", "What is compared against.") { $0.first.name },
    .text("second_side", "What is compared.") { $0.second.name },
    .text("unit", "Of first and second.") { $0.cell.table.unit },
    .number("first", "Geometric mean over the first side's runs.") { $0.result?.first },
    .number("second", "The same of the second.") { $0.result?.second },
    .number("ratio", "Second over first.") { $0.result?.ratio.value },
    .number("ratio_low", "Lower end of its 95 % interval.") { $0.result?.ratio.low },
    .number("ratio_high", "Upper end of its 95 % interval.") { $0.result?.ratio.high },
    .number("p", "Of there being no difference, by itself.") { $0.result?.p },
    .number("adjusted_p", "Adjusted to all tests of the comparison.") { $0.result?.adjustedP },
    .text("verdict", "faster, slower, same, runs-differ, undecided, or only-one-side.") {
      $0.result.map(\.verdict.id) ?? "only-one-side"
    },
    .text("reason", "Why it is undecided.") { $0.result?.verdict.reasonId },
    .integer("runs_needed", "Runs a side that would decide it, about.") { $0.result?.verdict.runsNeeded },
  ]
}

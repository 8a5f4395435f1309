import Comparison
import Reporting

/// A comparison as a table for other tools: one row a cell and pair of sides, with those that one side lacks.
extension ComparisonReport {
  var csv: String {
    CsvTable(columns: keyColumns + ComparisonReport.results).text(csvRows)
  }

  struct CsvRow {
    let cell: MatchedCells.Cell
    /// Places among the sides.
    let first = 0
    let second: Int
    let sides: [Side]
    let result: CellResult?

    fileprivate func number(_ side: Int) -> Double? {
      guard let result else { return cell.mean(side) }
      return side == first ? result.first : result.second
    }

    fileprivate var verdict: String? {
      if let result { return result.verdict.id }
      return cell.isMeasured(first) != cell.isMeasured(second) ? "only-one-side" : nil
    }
  }

  private var csvRows: [CsvRow] {
    let others = others
    return sides.indices.dropFirst().flatMap { side in
      let results = matched.compared.isEmpty ? [] : comparison.pairs[side - 1].cells
      let tested = zip(matched.compared, results).map { cell, result in
        CsvRow(cell: cell, second: side, sides: sides, result: result)
      }
      return (tested + others.map { CsvRow(cell: $0, second: side, sides: sides, result: nil) })
        .filter { $0.cell.isMeasured($0.first) || $0.cell.isMeasured($0.second) }
    }
  }

  /// Cells that stand in no test: those that a side lacks, and those that say in words alone what operations met.
  private var others: [MatchedCells.Cell] {
    let tested = Set(matched.compared.map(\.key))
    var seen: Set<CellKey> = []
    return (matched.unmatched + matched.answered).filter {
      !tested.contains($0.key) && seen.insert($0.key).inserted
    }
  }

  /// All columns that some table's cells have, by first appearance.
  private var keyColumns: [CsvColumn<CsvRow>] {
    var names: [String] = []
    for cell in matched.compared + others {
      // A unit stands behind, with what it is of.
      for column in cell.columns where column.name != "unit" && !names.contains(column.name) {
        names.append(column.name)
      }
    }
    return [
      .text("experiment", "Where it was measured.") { $0.cell.table.experiment.rawValue },
      .text("column", "The column that is compared; empty of cells with words alone.") {
        $0.cell.table.quantity?.column
      },
    ] + names.map { name in .text(name, "As in the tables.") { $0.cell.value(name) } }
  }

  private static let results: [CsvColumn<CsvRow>] = [
    .text("first_side", "What is compared against.") { $0.sides[$0.first].name },
    .text("second_side", "What is compared.") { $0.sides[$0.second].name },
    .text("unit", "Of first and second.") { $0.cell.table.quantity?.unit },
    .number("first", "Geometric mean over the first side's runs.") { $0.number($0.first) },
    .number("second", "The same of the second.") { $0.number($0.second) },
    .number("ratio", "Second over first.") { $0.result?.ratio.value },
    .number("ratio_low", "Lower end of its 95 % interval.") { $0.result?.ratio.low },
    .number("ratio_high", "Upper end of its 95 % interval.") { $0.result?.ratio.high },
    .number("p", "Of there being no difference, by itself.") { $0.result?.p },
    .number("adjusted_p", "Adjusted to all tests of the comparison.") { $0.result?.adjustedP },
    .text(
      "verdict",
      "faster, slower, same, runs-differ, undecided, or only-one-side; empty of cells with words alone.",
      \.verdict),
    .text("reason", "Why it is undecided.") { $0.result?.verdict.reasonId },
    .integer("runs_needed", "Runs a side that would decide it, about.") { $0.result?.verdict.runsNeeded },
    .text("first_answer", "What operations met on the first side, in words.") { $0.cell.answer($0.first) },
    .text("second_answer", "The same of the second.") { $0.cell.answer($0.second) },
  ]
}

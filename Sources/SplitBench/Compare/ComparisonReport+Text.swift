import Comparison
import Measurement
import Pages
import Reporting

/// A comparison for people, on a terminal or a Markdown page.
extension ComparisonReport {
  /// More rows than these are shortened to those that say something, unless all are wanted.
  private static let mostRows = 60

  func text(all: Bool) -> String {
    render(
      all: all, heading: { $0 + "\n" }, table: \.text, named: { "\($0.name)\n\n\($0.text)" },
      item: { "  " + $0 })
  }

  func markdown(all: Bool) -> String {
    render(
      all: all, heading: { "## \($0)\n" }, table: \.markdown, named: { "\($0.name)\n\n\($0.markdown)" },
      item: { "- " + $0 })
  }

  private func render(
    all: Bool, heading: (String) -> String, table: (TextTable) -> String,
    named: (FleetDigest.Table) -> String, item: (String) -> String
  ) -> String {
    var parts: [String] = []
    func section(_ title: String, _ shown: TextTable?, _ items: [String] = []) {
      section(title, shown.map(table).map { [$0] } ?? [], items)
    }
    func section(_ title: String, _ tables: [String], _ items: [String]) {
      parts.append(heading(title))
      parts += tables
      if !items.isEmpty { parts.append(items.map(item).joined(separator: "\n") + "\n") }
    }
    section("Sides", sideTable)
    if !differences.isEmpty { section("Machine and run", differenceTable) }
    if !notes.isEmpty { section("Mind", nil, notes) }
    for part in fleet?.digest.parts ?? [] { section(part.title, part.tables.map(named), part.facts) }
    for index in comparison.pairs.indices {
      let (first, second) = (sides[0].letter, sides[index + 1].letter)
      let means = groupTable(index)
      if !means.rows.isEmpty { section("\(second) over \(first), geometric means", means) }
      let rows = rows(index, all: all)
      if !rows.isEmpty { section("\(second) over \(first)", cellTable(index, rows)) }
      section(
        "Verdict on \(second) against \(first)", nil,
        ComparisonFacts(self, pair: index).lines(shown: rows.count))
    }
    if !answers.isEmpty { section("What operations met", nil, answers) }
    for missing in unmatchedLists { section(missing.title, nil, missing.items) }
    for shape in fingerprint.sections { section(shape.title, shapeTable(shape)) }
    return parts.joined(separator: "\n")
  }

  // MARK: Tables

  private var sideTable: TextTable {
    var table = TextTable(columns: ["side", "runs", "begun", "found in"])
    table.rows = sides.map { [$0.letter, "\($0.runs.count)", $0.times, $0.name] }
    if sides.contains(where: { $0.machineCount > 1 }) {
      table.columns.insert("machines", at: 1)
      for (index, side) in sides.enumerated() { table.rows[index].insert("\(side.machineCount)", at: 1) }
    }
    return table
  }

  private var differenceTable: TextTable {
    var table = TextTable(columns: ["different"] + sides.map(\.letter))
    table.rows = differences.map { [$0.what] + $0.values }
    return table
  }

  private func groupTable(_ pair: Int) -> TextTable {
    let isOfRounds = comparison.pairs[pair].basis == .rounds
    let verdicts = isOfRounds ? ["runs differ"] : ["slower", "faster", "same"]
    var table = TextTable(
      columns: ["group", "cells", "ratio", "95 % interval"] + verdicts + ["undecided"])
    for group in groups {
      guard let mean = comparison.groupMean(of: group.cells, pair: pair) else { continue }
      let words = group.cells.compactMap { comparison.pairs[pair].cells[$0]?.verdict.word }
      table.rows.append(
        [group.name, "\(mean.cells)", shown(mean.ratio.value), interval(mean.ratio)]
          + (verdicts + ["undecided"]).map { verdict in "\(words.count { $0 == verdict })" })
    }
    return table
  }

  /// Cells to be shown: all, or those of which something is said.
  private func rows(_ pair: Int, all: Bool) -> [Int] {
    let cells = comparison.pairs[pair].cells
    let measured = cells.indices.filter { cells[$0] != nil }
    guard !all, measured.count > ComparisonReport.mostRows else { return measured }
    return measured.filter { [.slower, .faster, .runsDiffer].contains(cells[$0]!.verdict) }
  }

  private func cellTable(_ pair: Int, _ rows: [Int]) -> TextTable {
    var table = TextTable(columns: [
      "cell", sides[0].letter, sides[pair + 1].letter, "unit", "ratio", "95 % interval", "adjusted p",
      "verdict",
    ])
    table.rows = rows.map { index in
      let result = comparison.pairs[pair].cells[index]!
      let cell = matched.compared[index]
      return [
        cell.name(without: common), Decimal.significant(result.first, 4),
        Decimal.significant(result.second, 4),
        cell.table.quantity!.unit,
        shown(result.ratio.value), interval(result.ratio), result.adjustedP.map(shown(p:)) ?? "-",
        result.verdict == .same ? "same within \(threshold)" : result.verdict.word,
      ]
    }
    return table
  }

  private func shapeTable(_ section: Fingerprint.Section) -> TextTable {
    var table = TextTable(columns: ["", "side"] + section.columns)
    table.rows = section.rows.map { row in
      [row.name, row.side] + row.values.map { $0.map { Decimal.significant($0, 3) } ?? "-" }
    }
    return table
  }

  // MARK: Lists

  private var unmatchedLists: [(title: String, items: [String])] {
    sides.indices.map { side in
      let cells = matched.unmatched.filter { !$0.isMeasured(side) }
      return (
        "Measured elsewhere, not in \(sides[side].letter)",
        OffsetRow.all(cells, without: common).map { row in row.name + met(row.cells[0], on: side) }
      )
    }.filter { !$0.1.isEmpty }
  }

  /// Why a side has no number.
  private func met(_ cell: MatchedCells.Cell, on side: Int) -> String {
    cell.answer(side).map { " (\(sides[side].letter): \($0))" } ?? ""
  }

  /// What operations met, in words: how many cells are alike, and those that are not.
  private var answers: [String] {
    guard !matched.answered.isEmpty else { return [] }
    let different = matched.differentAnswers
    let count = matched.answered.count
    guard !different.isEmpty else { return ["the same in all \(count) cells"] }
    return ["different in \(different.count) of \(count) cells"]
      + different.map { cell in
        let words = sides.indices.compactMap { side in
          cell.answer(side).map { "\(sides[side].letter) \($0)" }
        }
        return "\(cell.name(without: common)): \(words.joined(separator: "; "))"
      }
  }

  // MARK: Numbers

  private func shown(_ ratio: Double) -> String { Decimal.significant(ratio, 4) }

  private func shown(p: Double) -> String { p < 0.0001 ? "<0.0001" : Decimal.significant(p, 2) }

  private func interval(_ ratio: Ratio) -> String {
    guard let low = ratio.low, let high = ratio.high else { return "-" }
    return "\(shown(low)) to \(shown(high))"
  }
}

import Reporting

extension ReferenceReport {
  var csv: String {
    CsvTable(columns: ReferenceReport.columns).text(
      rows.flatMap { row in sides.indices.map { (row, sides[$0], row.measured[$0]) } })
  }

  func json() throws -> String { try Json.text(Document(self)) }

  private typealias Line = (row: Row, side: Side, cell: ReferenceCell)

  private static let columns: [CsvColumn<Line>] = [
    .text("processor", "Whose number was published.") { $0.row.published.processor },
    .text("timed", "What was timed.") { $0.row.published.timed },
    .text("qualifier", "Nothing, or about, above, below.") { $0.row.published.qualifier },
    .number("value", "The published number.") { $0.row.published.value },
    .number("value_high", "Its upper end, of a range.") { $0.row.published.highValue },
    .text("unit", "Of all numbers in the line.") { $0.row.published.unit },
    .text("side", "Whose runs stand beside it.") { $0.side.name },
    .number("measured", "Geometric mean over runs and cells.") { $0.cell.numbers?.mean },
    .number("measured_min", "The least of them.") { $0.cell.numbers?.least },
    .number("measured_max", "The most.") { $0.cell.numbers?.most },
    .text("reason", "Why there is no measured number.") { $0.cell.reason },
    .text("source", "Who published it.") { $0.row.published.source },
    .text("url", "Where.") { $0.row.published.url },
    .text("published", "When.") { $0.row.published.published },
    .text("differs", "What else differs.") { $0.row.published.differs },
  ]

  private struct Document: Encodable {
    let sides: [SideJson]
    let numbers: [Number]

    init(_ report: ReferenceReport) {
      sides = report.sides.map { SideJson($0, check: nil) }
      numbers = report.rows.map { Number($0, report.sides) }
    }
  }

  private struct Number: Encodable {
    let processor: String
    let timed: String
    let qualifier: String
    let value: Double
    let valueHigh: Double?
    let unit: String
    let measured: [Measured]
    let source: String
    let url: String
    let published: String
    let differs: String

    init(_ row: Row, _ sides: [Side]) {
      let number = row.published
      (processor, timed) = (number.processor, number.timed)
      (qualifier, value, valueHigh, unit) = (number.qualifier, number.value, number.highValue, number.unit)
      measured = zip(sides, row.measured).map(Measured.init)
      (source, url, published, differs) = (number.source, number.url, number.published, number.differs)
    }
  }

  private struct Measured: Encodable {
    let side: String
    let mean: Double?
    let least: Double?
    let most: Double?
    let reason: String?

    init(_ side: Side, _ cell: ReferenceCell) {
      self.side = side.letter
      (mean, least, most) = (cell.numbers?.mean, cell.numbers?.least, cell.numbers?.most)
      reason = cell.reason
    }
  }
}

extension ReferenceCell {
  fileprivate var numbers: Measured? {
    if case .measured(let measured) = self { measured } else { nil }
  }

  fileprivate var reason: String? { if case .none(let reason) = self { reason } else { nil } }
}

import Comparison
import Reporting

/// A cell, and what became of it, in JSON: only what there is.
struct CellJson: Encodable {
  private let cell: MatchedCells.Cell
  private var result: CellResult?
  private var measuredBy: [String] = []
  private var numbers: [String: Double] = [:]
  private var answers: [String: [String]] = [:]

  init(_ cell: MatchedCells.Cell, _ result: CellResult) {
    self.cell = cell
    self.result = result
  }

  /// One that some sides have not measured.
  init(_ cell: MatchedCells.Cell, measuredBy sides: [Side]) {
    self.cell = cell
    for index in sides.indices where cell.isMeasured(index) {
      measuredBy.append(sides[index].letter)
      numbers[sides[index].letter] = cell.mean(index)
    }
  }

  /// One whose operations met something else on some sides.
  init(_ cell: MatchedCells.Cell, answersOf sides: [Side]) {
    self.cell = cell
    for (side, answers) in zip(sides, cell.answers) where !answers.isEmpty {
      self.answers[side.letter] = answers.sorted()
    }
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    func put(_ value: (some Encodable)?, _ key: String) throws {
      try object.encodeIfPresent(value, forKey: Key(stringValue: key))
    }
    try put(cell.table.experiment.rawValue, "experiment")
    try put(cell.table.quantity?.column, "column")
    for (column, text) in zip(cell.columns, cell.key.values) where !text.isEmpty {
      switch column.kind {
      case .text: try put(text, column.name)
      case .integer: try put(Int(text), column.name)
      case .number: try put(Double(text), column.name)
      case .boolean: try put(text == "true", column.name)
      }
    }
    if !measuredBy.isEmpty { try put(measuredBy, "measured_by") }
    if !numbers.isEmpty { try put(numbers, "numbers") }
    if !answers.isEmpty { try put(answers, "answers") }
    try put(cell.table.quantity?.unit, "unit")
    guard let result else { return }
    try put(result.first, "first")
    try put(result.second, "second")
    try put(result.ratio.value, "ratio")
    try put(result.ratio.low, "ratio_low")
    try put(result.ratio.high, "ratio_high")
    try put(result.p, "p")
    try put(result.adjustedP, "adjusted_p")
    try put(result.verdict.id, "verdict")
    try put(result.verdict.reasonId, "reason")
    try put(result.verdict.runsNeeded, "runs_needed")
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

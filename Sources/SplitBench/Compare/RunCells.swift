import Measurement
import RealModule
import StoredRuns

/// What one run says of the cells of one table.
struct RunCells {
  struct Content {
    /// Nil of a cell that has no number: its operations met something else.
    var estimate: Estimate?
    var answer: String?
  }

  /// In the order of the table.
  private(set) var keys: [CellKey] = []
  private(set) var contents: [CellKey: Content] = [:]

  init() {}

  /// - Parameters:
  ///   - rounds: estimates from raw timings, by the number in the column `cell`; they stand for those in the table.
  init(
    _ run: StoredRun, _ table: ComparedTable, _ rule: MatchRule, rounds: [Int: Estimate]
  ) throws(ReadFailure) {
    let stored = try run.table(
      table.name, columns: table.keys.map(\.name) + table.cpus.map(\.number) + [table.number],
      optional: [table.bounds?.low, table.bounds?.high, table.answer, "round_count", "cell"].compactMap(
        \.self))
    let keys = try RunCells.keys(stored, table, rule, run)
    let numbers = try stored.numbers(table.number)
    let bounds = try table.bounds.map { bounds throws(ReadFailure) in
      (try stored.numbers(bounds.low), try stored.numbers(bounds.high))
    }
    let counts = stored.has("round_count") ? try stored.integers("round_count") : nil
    let cells = stored.has("cell") ? try stored.integers("cell") : nil
    let answers = try table.answer.map { name throws(ReadFailure) in try stored.texts(name) }
    for (row, key) in keys.enumerated() {
      guard let number = numbers[row] else {
        add(Content(answer: answers?[row]), key)
        continue
      }
      guard number > 0 else {
        throw stored.failure(
          row: row, "\(table.number) is not above 0", remedy: "copy the run again, or leave it out")
      }
      let fromRounds = cells?[row].flatMap { rounds[$0] }
      let estimate =
        fromRounds
        ?? Estimate(
          value: number, low: bounds?.0[row], high: bounds?.1[row], rounds: counts?[row] ?? 0)
      add(Content(estimate: estimate, answer: answers?[row]), key)
    }
  }

  /// Cells that the key does not tell apart, of two CPUs of a kind, become one: the geometric mean.
  private mutating func add(_ content: Content, _ key: CellKey) {
    guard let known = contents[key] else {
      keys.append(key)
      contents[key] = content
      merged[key] = 1
      return
    }
    var both = known
    if let new = content.estimate {
      let count = known.estimate == nil ? 0 : Double(merged[key]!)
      let old = known.estimate.map { Double.log($0.value) } ?? 0
      let mean = (old * count + Double.log(new.value)) / (count + 1)
      both.estimate = Estimate(value: Double.exp(mean), low: nil, high: nil, rounds: new.rounds)
      merged[key]! += known.estimate == nil ? 0 : 1
    }
    if let new = content.answer, new != known.answer {
      both.answer = known.answer.map { "\($0)/\(new)" } ?? new
    }
    contents[key] = both
  }
  /// How many numbers are in a cell's.
  private var merged: [CellKey: Int] = [:]

  private static func keys(
    _ stored: StoredTable, _ table: ComparedTable, _ rule: MatchRule, _ run: StoredRun
  ) throws(ReadFailure) -> [CellKey] {
    var columns: [[String]] = []
    for key in table.keys { columns.append(try texts(stored, key)) }
    let topology = run.record.machine.topology
    for cpu in table.cpus {
      var known: [Int: String] = [:]
      columns.append(
        try stored.filled(stored.integers(cpu.number)).map { number in
          if let text = known[number] { return text }
          let text = rule.text(cpu: number, in: topology)
          known[number] = text
          return text
        })
    }
    return (0..<stored.rowCount).map { row in
      CellKey(experiment: table.experiment, values: columns.map { $0[row] })
    }
  }

  /// As the file has them.
  private static func texts(_ stored: StoredTable, _ key: ComparedTable.Key) throws(ReadFailure) -> [String] {
    switch key.kind {
    case .text: try stored.texts(key.name).map { $0 ?? "" }
    case .integer: try stored.integers(key.name).map { $0.map { String($0) } ?? "" }
    case .number: try stored.numbers(key.name).map { $0.map { Decimal.significant($0) } ?? "" }
    case .boolean: try stored.booleans(key.name).map { $0.map { $0 ? "true" : "false" } ?? "" }
    }
  }
}

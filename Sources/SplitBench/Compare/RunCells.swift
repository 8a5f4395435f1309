import Measurement
import RealModule
import Reporting
import StoredRuns

/// What one run says of the cells of one table.
struct RunCells {
  struct Content {
    /// Nil of a cell that has no number: its operations met something else, or its table has none.
    var estimate: Estimate?
    var answer: String?
  }

  /// What rows with the same key say together.
  struct Merged {
    fileprivate(set) var estimate: Estimate?
    fileprivate(set) var answers: Set<String> = []
    private var count = 0

    /// Of two CPUs of a kind, which the key does not tell apart: the geometric mean.
    fileprivate mutating func add(_ content: Content) {
      if let answer = content.answer { answers.insert(answer) }
      guard let new = content.estimate else { return }
      if let old = estimate {
        let mean = (Double.log(old.value) * Double(count) + Double.log(new.value)) / Double(count + 1)
        estimate = Estimate(value: Double.exp(mean), low: nil, high: nil, rounds: new.rounds)
      } else {
        estimate = new
      }
      count += 1
    }
  }

  /// In the order of the table.
  private(set) var keys: [CellKey] = []
  private(set) var contents: [CellKey: Merged] = [:]

  /// - Parameters:
  ///   - rounds: estimates from raw timings, by the number in the column `cell`; they stand for those in the table.
  init(
    _ run: StoredRun, _ table: ComparedTable, _ rule: MatchRule, rounds: [Int: Estimate]
  ) throws(ReadFailure) {
    let quantity = table.quantity
    let stored = try run.table(
      table.file,
      columns: table.keys.map(\.name) + table.cpus.map(\.number) + [quantity?.column].compactMap(\.self),
      optional: [quantity?.bounds?.low, quantity?.bounds?.high, "round_count", "cell"].compactMap(\.self)
        + table.answers)
    let keys = try RunCells.keys(stored, table, rule, run)
    let numbers = try quantity.map { quantity throws(ReadFailure) in try stored.numbers(quantity.column) }
    let bounds = try quantity?.bounds.map { bounds throws(ReadFailure) in
      (try stored.numbers(bounds.low), try stored.numbers(bounds.high))
    }
    let counts = stored.has("round_count") ? try stored.integers("round_count") : nil
    let cells = stored.has("cell") ? try stored.integers("cell") : nil
    let answers = try RunCells.answers(stored, table)
    let filter = CellFilter(table.rows)
    for (row, key) in keys.enumerated() where filter.admits(key.values, of: table.keys) {
      guard let number = numbers?[row] else {
        add(Content(answer: answers[row]), key)
        continue
      }
      guard number > 0 else {
        throw stored.failure(
          row: row, "\(numbers!.name) is not above 0", remedy: "copy the run again, or leave it out")
      }
      let fromRounds = cells?[row].flatMap { rounds[$0] }
      let estimate =
        fromRounds
        ?? Estimate(value: number, low: bounds?.0[row], high: bounds?.1[row], rounds: counts?[row] ?? 0)
      add(Content(estimate: estimate, answer: answers[row]), key)
    }
  }

  private mutating func add(_ content: Content, _ key: CellKey) {
    if contents[key] == nil { keys.append(key) }
    contents[key, default: Merged()].add(content)
  }

  /// By row: the words of the answer columns; nil where all are empty.
  private static func answers(
    _ stored: StoredTable, _ table: ComparedTable
  ) throws(ReadFailure) -> [String?] {
    var answers = [String?](repeating: nil, count: stored.rowCount)
    for name in table.answers where stored.has(name) {
      for (row, text) in try stored.texts(name).enumerated() {
        guard let text else { continue }
        // Where there are several, each says what it is about.
        let words = table.answers.count > 1 ? "\(name) \(text)" : text
        answers[row] = answers[row].map { "\($0), \(words)" } ?? words
      }
    }
    return answers
  }

  private static func keys(
    _ stored: StoredTable, _ table: ComparedTable, _ rule: MatchRule, _ run: StoredRun
  ) throws(ReadFailure) -> [CellKey] {
    var columns: [[String]] = []
    for key in table.keys { columns.append(try texts(stored, key)) }
    let topology = run.record.machine.topology
    for cpu in table.cpus {
      var known: [Int: String] = [:]
      columns.append(
        try stored.integers(cpu.number).map { number in
          guard let number else { return "" }
          if let text = known[number] { return text }
          let text = rule.text(cpu: number, in: topology)
          known[number] = text
          return text
        })
    }
    return (0..<stored.rowCount).map { row in CellKey(table: table.name, values: columns.map { $0[row] }) }
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

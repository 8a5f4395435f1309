import Machine
import Measurement
import RealModule
import StoredRuns

/// A number that a run has for a fleet: a few, known to everyone, out of thousands of cells.
public struct FleetMetric: Sendable {
  public let name: String
  public let unit: String
  private let table: String
  private let column: String
  /// What a row has to say; the value is the geometric mean of those that do.
  private let words: [String: String]
  private let numbers: [String: Double]

  private init(
    _ name: String, unit: String, _ table: String, _ column: String, words: [String: String],
    numbers: [String: Double] = [:]
  ) {
    (self.name, self.unit, self.table, self.column) = (name, unit, table, column)
    (self.words, self.numbers) = (words, numbers)
  }

  private static func cost(_ instruction: String, _ placement: String) -> FleetMetric {
    FleetMetric(
      "\(instruction == "xchg" ? "" : "lock ")\(instruction) m64, \(placement)", unit: "ns", "cost",
      "median_ns",
      words: [
        "instruction": instruction, "placement": placement, "line_state": "hot", "between": "nothing",
        "setting": "as-found", "locked": "true",
      ], numbers: ["width_bytes": 8])
  }

  /// One for each relation of the offender to the victim: a sibling slows otherwise than a neighbour, and not every run has both.
  private static func bystander(_ victim: String) -> [FleetMetric] {
    Relation.allCases.filter { $0 != .same }.map { relation in
      FleetMetric(
        "slow-down of \(victim) beside split locks back to back, \(relation.rawValue)", unit: "x",
        "bystander", "slowdown",
        words: ["victim": victim, "aggressor": "line-split", "relation": relation.rawValue],
        numbers: ["requested_fraction": 1])
    }
  }

  /// The first one is what groups are ranked by.
  public static let all =
    [
      cost("add", "line-split"), cost("add", "page-split"), cost("add", "aligned"),
      cost("xchg", "line-split"), cost("cmpxchg", "line-split"),
    ] + bystander("l2-chase") + bystander("dram-chase")

  /// The experiments that have them.
  public static let tables = Set(all.map(\.table))

  /// By metric; nil of one that the run did not measure.
  static func values(of run: StoredRun) throws(ReadFailure) -> [Double?] {
    var tables: [String: StoredTable] = [:]
    var values: [Double?] = []
    for metric in all {
      guard run.has(metric.table) else {
        values.append(nil)
        continue
      }
      if tables[metric.table] == nil {
        let columns = all.filter { $0.table == metric.table }
          .flatMap { [$0.column] + $0.words.keys + $0.numbers.keys }
        tables[metric.table] = try run.table(metric.table, columns: [], optional: Set(columns).sorted())
      }
      values.append(try metric.value(in: tables[metric.table]!))
    }
    return values
  }

  private func value(in table: StoredTable) throws(ReadFailure) -> Double? {
    // Older tables lack columns that tell cells apart which they have not: what there is counts.
    guard table.has(column) else { return nil }
    var rows = Array(0..<table.rowCount)
    for (name, wanted) in words where table.has(name) {
      if let texts = try? table.texts(name) {
        rows = rows.filter { texts[$0] == wanted }
      } else {
        let flags = try table.booleans(name)
        rows = rows.filter { flags[$0] == (wanted == "true") }
      }
    }
    for (name, wanted) in numbers where table.has(name) {
      let fields = try table.numbers(name)
      rows = rows.filter { fields[$0] == wanted }
    }
    let values = try table.numbers(column)
    let logs = rows.compactMap { values[$0] }.filter { $0 > 0 }.map { Double.log($0) }
    return logs.isEmpty ? nil : Double.exp(logs.reduce(0, +) / Double(logs.count))
  }
}

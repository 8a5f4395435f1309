import Foundation
import Measurement
import SystemPackage
import TestSupport

/// A result folder made from the committed one, as if the machine had been measured again, or another had.
struct BuiltRun {
  /// Of its own, by which it differs from other runs of its machine.
  var number: Int
  /// The tables to take over.
  var tables = ["cost"]
  /// Tables that the committed run lacks, by name: the text of each.
  var otherTables: [String: String] = [:]
  /// By how much the numbers of a table vary from run to run.
  var spread = 0.004
  /// What a row's numbers are multiplied by; nil leaves the row out.
  var factor: @Sendable ([String: String]) -> Double? = { _ in 1 }
  /// Fields of a row that are others.
  var edit: @Sendable ([String: String]) -> [String: String] = { _ in [:] }
  /// What is different in run.json.
  var record: @Sendable (inout [String: Any]) -> Void = { _ in }

  static let committed: FilePath = {
    let results = Repository.root.appending("results").appending("amd-epyc-f25-m17-s1-kvm")
    return results.appending(names(in: results).first { $0.hasPrefix("2026") }!)
  }()

  /// The columns that hold numbers to be compared, with their intervals.
  private static let numbers: Set = [
    "median_ns", "median_low_ns", "median_high_ns", "operations_per_second", "operations_per_second_low",
    "operations_per_second_high", "slowdown", "slowdown_low", "slowdown_high", "one_way_ns", "one_way_low_ns",
    "one_way_high_ns", "round_trip_ns", "bystander_slowdown", "bystander_slowdown_low",
    "bystander_slowdown_high",
  ]

  /// - Returns: the folder of the run, made in `parent`.
  @discardableResult func write(in parent: FilePath) throws -> FilePath {
    let name = "20260101T\(String(100_000 + number))Z-built"
    let folder = parent.appending(name)
    try FileManager.default.createDirectory(
      atPath: folder.string, withIntermediateDirectories: true)
    let data = Data(try text(BuiltRun.committed.appending("run.json")).utf8)
    var object = try JSONSerialization.jsonObject(with: data) as! [String: Any]
    object["run"] = name
    object["started_utc"] = "2026-01-01T\(String(100_000 + number))Z"
    object["ended_utc"] = object["started_utc"]
    record(&object)
    try JSONSerialization.data(withJSONObject: object).write(
      to: URL(filePath: folder.appending("run.json").string))
    for table in tables {
      let lines = try text(BuiltRun.committed.appending("\(table).csv")).split(separator: "\n")
      try rebuilt(lines, table).write(
        toFile: folder.appending("\(table).csv").string, atomically: false, encoding: .utf8)
    }
    for (table, text) in otherTables {
      let rows = rebuilt(text.split(separator: "\n"), table)
      try rows.write(toFile: folder.appending("\(table).csv").string, atomically: false, encoding: .utf8)
    }
    return folder
  }

  private func rebuilt(_ lines: [Substring], _ table: String) -> String {
    var random = SeededGenerator(seed: UInt64(number))
    let columns = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var result = String(lines[0]) + "\n"
    for line in lines.dropFirst() {
      var row = Dictionary(uniqueKeysWithValues: zip(columns, CsvLine.fields(line)))
      let luck =
        1 + spread * (Double.random(in: -1...1, using: &random) + Double.random(in: -1...1, using: &random))
      guard let factor = factor(row) else { continue }
      row.merge(edit(row)) { $1 }
      result +=
        CsvLine.text(
          columns.map { column in
            guard BuiltRun.numbers.contains(column), let number = Double(row[column]!) else {
              return row[column]!
            }
            return "\(number * luck * factor)"
          }) + "\n"
    }
    return result
  }
}

extension BuiltRun {
  /// Whether a row of `cost` is of a locked operand in two lines.
  static func isSplit(_ row: [String: String]) -> Bool {
    row["locked"] == "true" && row["placement"] == "line-split"
  }

  /// Runs of one machine, apart from each other by their luck.
  static func side(
    _ numbers: Range<Int>, in parent: FilePath, _ name: String, _ change: (inout BuiltRun) -> Void = { _ in }
  ) throws -> String {
    let folder = parent.appending(name)
    for number in numbers {
      var run = BuiltRun(number: number)
      change(&run)
      try run.write(in: folder)
    }
    return folder.string
  }
}

import Reporting
import SystemPackage

/// A result folder that `splitbench run` wrote, read back. Its tables are read when they are asked for.
///
/// Folders of every schema version up to this SplitBench's are read, those of an interrupted run too.
public struct StoredRun: Sendable {
  public let path: FilePath
  /// The folder's name, which is the run's own unless someone renamed it.
  public let name: String
  public let record: RunRecord

  /// False of a run that was interrupted, stopped, or is still going: its tables hold the rounds so far. `record.end` says which.
  public var isComplete: Bool { record.complete }

  /// Reads `run.json`.
  public init(_ path: FilePath) throws(ReadFailure) {
    let file = path.appending("run.json")
    guard !path.isEmpty, StoredFile.exists(file) else {
      throw ReadFailure(
        path, "no run.json in it: not a result folder, or its run ended before the first round",
        remedy: "name a folder that `splitbench run` wrote")
    }
    record = try RecordReader.record(file)
    self.path = path
    name = path.resolvedName
  }

  /// Whether there is a table of that name: `cost`, `samples`, `bystander` ... as results/README.md lists them.
  public func has(_ table: String) -> Bool { StoredFile.exists(file(table)) }

  /// Reads all columns of a table.
  ///
  /// - Parameters:
  ///   - name: the table's, as `cost` for `cost.csv`.
  ///   - key: columns that together tell every row from the others: two rows that share them are an error.
  /// - Throws: with file, line and column where the file is not a table as results/README.md describes it.
  public func table(_ name: String, key: [String] = []) throws(ReadFailure) -> StoredTable {
    try read(name, nil, key)
  }

  /// Reads some columns of a table. Memory is taken for these alone, up to 8 bytes a row and column; the others need to have the
  /// right shape, no more.
  ///
  /// - Parameters:
  ///   - name: the table's, as `cost` for `cost.csv`.
  ///   - columns: those to read. One that is not there is an error.
  ///   - optional: those to read where they are there: columns that older runs lack.
  ///   - key: columns that together tell every row from the others: two rows that share them are an error. They are read as well.
  /// - Throws: with file, line and column where the file is not a table as results/README.md describes it.
  public func table(
    _ name: String, columns: [String], optional: [String] = [], key: [String] = []
  ) throws(ReadFailure) -> StoredTable {
    try read(name, TableReader.Wanted(required: Set(columns + key), optional: Set(optional)), key)
  }

  private func read(
    _ name: String, _ wanted: TableReader.Wanted?, _ key: [String]
  ) throws(ReadFailure) -> StoredTable {
    guard has(name) else {
      throw ReadFailure(
        file(name),
        "no such file; the run measured \(record.parameters.experiments.joined(separator: ", "))",
        remedy: "choose a run that measured it, or copy this one whole")
    }
    let schema = TableSchema(table: name, of: path)
    let table = try TableReader(file: file(name), schema: schema, wanted: wanted).table()
    try table.requireUnique(key)
    return table
  }

  private func file(_ table: String) -> FilePath { path.appending("\(table).csv") }
}

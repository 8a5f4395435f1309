import Foundation
import Reporting
import StoredRuns
import SystemPackage
import TestSupport

/// Copies of the committed run or of an emulated one, changed as a test needs it.
struct RunFixture {
  let folder: FilePath

  static let results = Repository.root.appending("results")

  /// The committed run with every table; runs made here lie beside its machine's folder.
  static let committed: FilePath = {
    let collection = try! RunCollection.find([results.appending("amd-epyc-f25-m17-s1-kvm")])
    return collection.runs.first { run in
      ["cost", "samples", "bystander", "pingpong", "scaling", "trap"].allSatisfy(run.has)
    }!.path
  }()

  /// Runs of the emulated machine, by experiment. Their numbers are emulated.
  static func emulated(_ experiment: String) -> FilePath {
    FilePath(#filePath).removingLastComponent().appending("Fixtures/emulated-two-socket-warn/\(experiment)")
  }
  static let emulatedExperiments = ["trap", "scope", "settings", "hotplug", "leak", "toggle"]

  /// Makes a copy in a folder.
  ///
  /// - Parameters:
  ///   - source: the run that is copied.
  ///   - tables: those that it keeps.
  ///   - change: what is done to `run.json`.
  init(
    of source: FilePath = committed, in parent: FilePath, named name: String = "run", tables: [String] = [],
    change: (inout [String: Any]) -> Void = { _ in }
  ) throws {
    folder = parent.appending(name)
    let files = FileManager.default
    try files.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    for table in tables {
      try files.copyItem(
        atPath: source.appending("\(table).csv").string,
        toPath: folder.appending("\(table).csv").string)
    }
    let data = try Data(contentsOf: URL(filePath: source.appending("run.json").string))
    var record = try JSONSerialization.jsonObject(with: data) as! [String: Any]
    record["run"] = name
    change(&record)
    try JSONSerialization.data(withJSONObject: record)
      .write(to: URL(filePath: folder.appending("run.json").string))
  }

  func write(_ text: String, to table: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder.appending("\(table).csv").string))
  }

  func text(of table: String) throws -> String {
    try String(contentsOf: URL(filePath: folder.appending("\(table).csv").string), encoding: .utf8)
  }

  /// Empties a column.
  func empty(_ column: String, of table: String) throws {
    let lines = try text(of: table).split(separator: "\n")
    let index = lines[0].split(separator: ",").firstIndex { $0 == column }!
    let emptied = lines.dropFirst().map { line in
      var fields = line.split(separator: ",", omittingEmptySubsequences: false)
      fields[index] = ""
      return fields.joined(separator: ",")
    }
    try write(([String(lines[0])] + emptied).joined(separator: "\n") + "\n", to: table)
  }

  /// Puts another text into the first row of a column.
  func replace(_ column: String, of table: String, with text: String) throws {
    var lines = try self.text(of: table).split(separator: "\n").map(String.init)
    let names = lines[0].split(separator: ",").map(String.init)
    var fields = lines[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    fields[names.firstIndex(of: column)!] = CsvValue.text(text).field
    lines[1] = fields.joined(separator: ",")
    try write(lines.joined(separator: "\n") + "\n", to: table)
  }

  var run: StoredRun { get throws { try StoredRun(folder) } }
}

extension [String: Any] {
  /// The value below keys, for changing it.
  subscript(path keys: String...) -> Any? {
    get { keys.reduce(self as Any?) { ($0 as? [String: Any])?[$1] } }
    set { self = Self.setting(newValue, at: keys[...], in: self) }
  }

  private static func setting(_ value: Any?, at keys: ArraySlice<String>, in object: Self) -> Self {
    var object = object
    let rest = keys.dropFirst()
    object[keys.first!] =
      rest.isEmpty ? value : setting(value, at: rest, in: object[keys.first!] as? [String: Any] ?? [:])
    return object
  }
}

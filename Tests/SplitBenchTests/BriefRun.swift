import SystemPackage
import TestSupport
import Testing

/// Runs of the built binary, each of a few milliseconds of locked time, and what they left.
enum BriefRun {
  static let aligned = [
    "run", "--plan", "quick", "--placement", "aligned", "--instruction", "add,load", "--rounds", "3",
    "--quiet", "--if-busy", "wait",
  ]
  static let split = [
    "run", "--plan", "quick", "--instruction", "add,cmpxchg", "--width", "8", "--rounds", "6", "--budget",
    "0.02", "--quiet", "--if-busy", "wait",
  ]

  /// The folder of the one run in a folder.
  static func only(in folder: FilePath) throws -> FilePath {
    let runs = names(in: folder)
    try #require(runs.count == 1)
    return folder.appending(runs[0])
  }

  static func record(_ run: FilePath) throws -> [String: Any] {
    try jsonObject(try text(run.appending("run.json")))
  }

  static func rows(_ file: FilePath) throws -> [[String: String]] { try CsvLine.rows(try text(file)) }
}

import Foundation
import Measurement
import SystemPackage
import TestSupport
import Testing

@testable import Reporting

/// The policy of docs/schema.md: columns are added, and the document says what each version means.
@Suite struct SchemaTests {
  private static let root = URL(filePath: Repository.root.string)

  private static let headers = Dictionary(
    uniqueKeysWithValues: ExperimentId.allCases
      .flatMap { RunResults().tables(of: $0, run: "", relationSource: "") }.map {
        ($0.resource.path, $0.header)
      })

  /// Tables of committed runs, as paths below results.
  private static let committed: [String] =
    CommittedRuns.paths.flatMap { run in
      names(in: CommittedRuns.results.appending(FilePath(run).components)).filter { $0.hasSuffix(".csv") }
        .map { "\(run)/\($0)" }
    }

  @Test(arguments: committed)
  func columnsOfACommittedTableAreKept(path: String) throws {
    let file = Self.root.appending(path: "results/\(path)")
    let folder = file.deletingLastPathComponent()
    let record = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "run.json")))
    let version = try #require((record as? [String: Any])?["schema_version"] as? Int)
    guard version == RunRecord.schemaVersion else { return }
    let header = try #require(
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n").first)
    let current = try #require(Self.headers[file.lastPathComponent]).split(separator: "\n")[0]
    let old = header.split(separator: ",")
    let kept = current.split(separator: ",").filter(old.contains)
    #expect(kept == old, "a column was renamed, dropped or moved past another within version \(version)")
  }

  @Test func thisVersionIsTheLastOfTheTable() throws {
    let document = try String(contentsOf: Self.root.appending(path: "docs/schema.md"), encoding: .utf8)
    let versions = document.matches(of: /(?m)^\| (\d+) \|/).compactMap { Int($0.1) }
    #expect(versions == Array(1...RunRecord.schemaVersion))
  }
}

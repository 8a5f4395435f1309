import Foundation
import SystemPackage
import TestSupport
import Testing

/// `splitbench compare --references`: published numbers beside measured ones.
@Suite struct ReferencesTests {
  private static let committed = Repository.root.appending("results").appending("references.csv").string
  private static let header =
    "source,url,published,processor,timed,experiment,column,cells,qualifier,value,value_high,unit,differs\n"

  private func json(_ arguments: String...) async throws -> [[String: Any]] {
    let result = try await Tool.run(["compare", "--json", "--references"] + arguments)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    return try #require(try result.json()["numbers"] as? [[String: Any]])
  }

  private func write(_ rows: String, in folder: FilePath) throws -> String {
    let file = folder.appending("published.csv").string
    try (Self.header + rows).write(toFile: file, atomically: false, encoding: .utf8)
    return file
  }

  private func field(_ column: String, of table: String, where isRow: ([String: String]) -> Bool) throws
    -> Double
  {
    let rows = try CsvLine.rows(try text(BuiltRun.committed.appending("\(table).csv")))
    return try #require(rows.first(where: isRow).flatMap { Double($0[column]!) })
  }

  @Test func theCommittedTableStandsBesideTheCommittedRun() async throws {
    let numbers = try await json(Self.committed, BuiltRun.committed.string)
    #expect(numbers.count > 20)
    let zen5 = try #require(
      numbers.first { ($0["processor"] as! String).contains("9900X") && $0["unit"] as! String == "ns" })
    let measured = try #require((zen5["measured"] as? [[String: Any]])?.first)
    let here = try field("one_way_ns", of: "pingpong") { $0["placement"] == "line-split" }
    let mean = try #require(measured["mean"] as? Double)
    #expect(zen5["value"] as? Double == 500 && abs(mean / here - 1) < 1e-9)
    for number in numbers {
      let cell = try #require((number["measured"] as? [[String: Any]])?.first)
      #expect((cell["mean"] == nil) != (cell["reason"] == nil), "one or the other: \(number)")
    }
    let people = try await Tool.run("compare", "--references", Self.committed, BuiltRun.committed.string)
    #expect(people.code == 0 && people.output.contains("No verdict") && people.output.contains("about 7 us"))
    for word in ["slower,", "faster,", "same within"] { #expect(!people.output.contains(word)) }
    let csv = try await Tool.run(
      "compare", "--references", Self.committed, BuiltRun.committed.string, "--csv")
    #expect(csv.output.split(separator: "\n").count == numbers.count + 1)
  }

  /// Units of time are converted; what would take a clock rate is not.
  @Test func unitsAreConvertedOrRefused() async throws {
    try await withTemporaryFolder { folder in
      let row = "someone,,,a CPU,a split lock,pingpong,one_way_ns,placement=line-split,"
      let file = try write(
        """
        \(row),1,,us,
        \(row),1,,cycles,
        \(row),1,,frames a second,
        someone,,,a CPU,a split lock,scope,,,,1,,us,

        """.replacingOccurrences(of: "scope,,,", with: ",,,"), in: folder)
      let numbers = try await json(file, BuiltRun.committed.string)
      let cells = try numbers.map { try #require(($0["measured"] as? [[String: Any]])?.first) }
      let here = try field("one_way_ns", of: "pingpong") { $0["placement"] == "line-split" }
      #expect(abs((cells[0]["mean"] as! Double) * 1000 / here - 1) < 1e-9)
      for (cell, says) in zip(
        cells.dropFirst(),
        ["not converted to cycles", "not converted to frames a second", "nothing of the kind"])
      {
        #expect(cell["mean"] == nil && (cell["reason"] as? String)?.contains(says) == true, "\(cell)")
      }
    }
  }

  @Test func runsWithoutTheExperimentSaySo() async throws {
    try await withTemporaryFolder { folder in
      let run = try BuiltRun(number: 1).write(in: folder).string
      let numbers = try await json(Self.committed, run)
      let reasons = numbers.compactMap {
        ($0["measured"] as? [[String: Any]])?.first?["reason"] as? String
      }
      #expect(reasons.contains("not measured: these runs are without pingpong"))
    }
  }

  struct Fault: Sendable {
    var row: String
    var says: String
  }

  @Test(arguments: [
    Fault(row: "someone,,,a CPU,a lock,guess,one_way_ns,,,1,,us,", says: "no experiment guess"),
    Fault(row: "someone,,,a CPU,a lock,pingpong,colour,,,1,,us,", says: "no column colour"),
    Fault(row: "someone,,,a CPU,a lock,pingpong,outcome,,,1,,us,", says: "no column outcome with numbers"),
    Fault(row: "someone,,,a CPU,a lock,pingpong,one_way_ns,placement,,1,,us,", says: "does not choose cells"),
    Fault(row: "someone,,,a CPU,a lock,pingpong,one_way_ns,colour=red,,1,,us,", says: "no column colour"),
    Fault(row: "someone,,,a CPU,a lock,,,,,,,us,", says: "column value is empty"),
    Fault(row: "someone,,,a CPU,a lock,,,,,much,,us,", says: "column value"),
    Fault(row: ",,,a CPU,a lock,,,,,1,,us,", says: "column source is empty"),
  ])
  func aFaultyTableIsRefusedWithItsLine(_ fault: Fault) async throws {
    try await withTemporaryFolder { folder in
      let file = try write(fault.row + "\n", in: folder)
      let result = try await Tool.run("compare", "--references", file, BuiltRun.committed.string)
      #expect(result.code == 2 && result.output.isEmpty)
      #expect(
        result.errors.contains("published.csv:2:") && result.errors.contains(fault.says), "\(result.errors)")
    }
  }

  /// `make results-comparison` makes them.
  @Test func committedComparisonsAreWhatIsPrinted() async throws {
    #expect(!CommittedRuns.machines.isEmpty)
    // Without a repository, as in an archive of the sources, none is looked for that lacks its comparison.
    let tracked = try await Tool.run(
      "-C", CommittedRuns.results.string, "ls-files", "*/*/run.json", program: "/usr/bin/git")
    for run in tracked.output.split(separator: "\n") {
      #expect(CommittedRuns.paths.contains { run == "\($0)/run.json" }, "make results-comparison for \(run)")
    }
    for machine in CommittedRuns.machines {
      let printed = try await Tool.run(
        Tool.path.string, machine, program: Repository.root.appending("scripts").appending("compare-results"))
      #expect(printed.code == 0 && printed.errors.isEmpty, "\(printed.errors)")
      let committed = try text(CommittedRuns.results.appending(machine).appending("comparison.md"))
      #expect(committed == printed.output, "make results-comparison writes it anew")
    }
  }
}

import Foundation
import SystemPackage
import TestSupport
import Testing

/// Which cells `splitbench compare` takes.
@Suite struct CompareCellsTests {
  @Test func whatOneSideLacksIsListed() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<3, in: folder, "a")
      let b = try BuiltRun.side(3..<6, in: folder, "b") {
        $0.factor = { $0["instruction"] == "btc" ? nil : 1 }
        $0.edit = { $0["instruction"] == "bts" ? ["median_ns": "", "outcome": "trapped"] : [:] }
      }
      let result = try await Tool.run("compare", a, b)
      let list = result.output.components(separatedBy: "Measured elsewhere, not in B")[1]
      #expect(list.contains("lock btc m32, line-split at 62"))
      #expect(list.contains("lock bts m32, line-split at 62 (B: trapped)"))
      let met = result.output.components(separatedBy: "What operations met")[1]
      #expect(met.contains("different in ") && met.contains("A completed; B trapped"))
      let csv = try CsvLine.rows(try await Tool.run("compare", a, b, "--csv").output)
      let lacking = csv.filter { $0["verdict"] == "only-one-side" }
      #expect(Set(lacking.map { $0["instruction"]! }) == ["btc", "bts"])
      let json = try await Tool.run("compare", a, b, "--json").json()
      #expect((json["only_one_side"] as? [[String: Any]])?.count == lacking.count)
      let different = try #require(json["different_answers"] as? [[String: Any]])
      #expect(different.count > 0 && different.allSatisfy { $0["instruction"] as? String == "bts" })
      #expect(different[0]["answers"] as? [String: [String]] == ["A": ["completed"], "B": ["trapped"]])
    }
  }

  @Test func cellsAreChosenAndGroupedByTheirColumns() async throws {
    try await withTemporaryFolder { folder in
      let tables = ["cost", "bystander", "pingpong", "scaling", "trap"]
      let a = try BuiltRun.side(0..<3, in: folder, "a") { $0.tables = tables }
      let b = try BuiltRun.side(3..<6, in: folder, "b") { $0.tables = tables }
      let chosen = try await Tool.run(
        "compare", a, b, "--where", "instruction=add,instruction=xchg,width_bytes=8,placement=line-split",
        "--csv")
      let found = try CsvLine.rows(chosen.output)
      #expect(found.count > 10 && found.allSatisfy { ["add", "xchg"].contains($0["instruction"]!) })
      #expect(found.allSatisfy { $0["width_bytes"] == "8" && $0["placement"] == "line-split" })
      let all = try await Tool.run("compare", a, b, "--by", "placement")
      for group in ["cost, line-split", "pingpong, page-split", "trap, aligned", "\nbystander "] {
        #expect(all.output.contains(group), "\(group)")
      }
      for shape in ["Offset curve", "Placement premium", "Bystanders", "Dose curve"] {
        #expect(all.output.contains(shape), "\(shape)")
      }
      let markdown = try await Tool.run("compare", a, b, "--markdown", "--only", "pingpong,trap")
      #expect(markdown.output.contains("| --- |") && markdown.output.contains("## B over A"))
      #expect(!markdown.output.contains("Offset curve"))
    }
  }

  /// The costs from raw timings are those in the table: the rule in results/README.md.
  @Test func costsFromSamplesAreThoseOfTheTable() async throws {
    try await withTemporaryFolder { folder in
      let run = BuiltRun.committed.string
      let tableOnly = try BuiltRun(number: 1, spread: 0).write(in: folder).string
      let csv = try CsvLine.rows(try await Tool.run("compare", run, tableOnly, "--csv").output)
      #expect(csv.count > 400)
      for row in csv where row["ratio"] != "" {
        #expect(abs(Double(row["ratio"]!)! - 1) < 1e-5, "\(row)")
      }
    }
  }
}

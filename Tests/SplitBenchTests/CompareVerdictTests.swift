import SystemPackage
import TestSupport
import Testing

/// What `splitbench compare` concludes of folders of which the truth is known.
@Suite struct CompareVerdictTests {
  @Test func aMachineDoesNotDifferFromItself() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<5, in: folder, "a")
      let b = try BuiltRun.side(5..<10, in: folder, "b")
      let result = try await Tool.run("compare", a, b)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(result.output.contains("0 are slower, 0 faster"), "\(result.output.suffix(1500))")
      #expect(result.output.contains("all runs of A came before those of B"))
      #expect(result.output.contains("false claims between runs of one side: not measured, that takes 6"))
    }
  }

  /// Line splits half as dear again: found, with their ratio, and nothing else.
  @Test func whatIsSlowerIsFoundAndEndsWithOne() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<5, in: folder, "a")
      let b = try BuiltRun.side(5..<10, in: folder, "b") { $0.factor = { BuiltRun.isSplit($0) ? 1.5 : 1 } }
      let slower = try await Tool.run("compare", a, b, "--json")
      #expect(slower.code == 1, "\(slower.errors)")
      for cell in try slower.cells() {
        let isSplit = cell["locked"] as? Bool == true && cell["placement"] as? String == "line-split"
        #expect((cell["verdict"] as? String == "slower") == isSplit, "\(cell)")
        let (low, high) = (cell["ratio_low"] as! Double, cell["ratio_high"] as! Double)
        let ratio = cell["ratio"] as! Double
        #expect(low < ratio && ratio < high && abs(ratio / (isSplit ? 1.5 : 1) - 1) < 0.03)
      }
      let faster = try await Tool.run(
        "compare", b, a, "--only", "cost", "--where", "placement=line-split,locked=true")
      #expect(
        faster.code == 0 && !faster.output.contains("slower,") || faster.output.contains("0 are slower"))
      #expect(faster.output.contains("faster") && faster.output.contains("0.66"))
      let forgiven = try await Tool.run("compare", a, b, "--threshold", "60%")
      #expect(forgiven.code == 0)
      let fewerFalse = try await Tool.run("compare", a, b, "--fdr", "--json")
      for (holm, hochberg) in zip(try slower.cells(), try fewerFalse.cells()) {
        #expect((hochberg["adjusted_p"] as! Double) <= holm["adjusted_p"] as! Double)
      }
    }
  }

  /// Fewer operations a second is slower.
  @Test func aLowerRateIsSlower() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<5, in: folder, "a") { $0.tables = ["scaling"] }
      let b = try BuiltRun.side(5..<10, in: folder, "b") {
        $0.tables = ["scaling"]
        $0.factor = { $0["arrangement"] == "own" ? 0.8 : 1 }
      }
      let result = try await Tool.run("compare", a, b, "--json")
      #expect(result.code == 1)
      for cell in try result.cells() {
        #expect(
          (cell["verdict"] as? String == "slower") == (cell["arrangement"] as? String == "own"), "\(cell)")
      }
    }
  }

  @Test func oneRunASideSaysThatTheseRunsDifferAndNoMore() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun(number: 1, spread: 0).write(in: folder.appending("a")).string
      let b = try BuiltRun(number: 2, spread: 0, factor: { BuiltRun.isSplit($0) ? 1.5 : 1 })
        .write(in: folder.appending("b")).string
      let result = try await Tool.run("compare", a, b, "--only", "cost")
      #expect(result.code == 0, "no verdict, no alarm: \(result.errors)")
      #expect(result.output.contains("the most that can be said is that these runs differ"))
      #expect(result.output.contains("runs differ") && !result.output.contains("slower"))
      let csv = try await Tool.run("compare", a, b, "--only", "cost", "--csv")
      for row in try CsvLine.rows(csv.output) {
        let isSplit = BuiltRun.isSplit(row)
        #expect(isSplit || row["verdict"] == "undecided", "\(row)")
        #expect(["runs-differ", "undecided"].contains(row["verdict"]))
        if isSplit, row["ratio_low"] != "" { #expect(row["verdict"] == "runs-differ", "\(row)") }
      }
    }
  }

  @Test func twoRunsASideAreUndecided() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<2, in: folder, "a")
      let b = try BuiltRun.side(2..<4, in: folder, "b") { $0.factor = { _ in 9 } }
      let result = try await Tool.run("compare", a, b)
      #expect(
        result.code == 0 && result.output.contains("nothing is decided from 2; 3 a side are the fewest"))
      #expect(result.output.contains("have fewer than 3 runs on a side"))
    }
  }
}

import Foundation
import Measurement
import SystemPackage
import Testing

/// `splitbench compare` over folders of which the truth is known.
@Suite struct CompareTests {
  private static func isSplit(_ row: [String: String]) -> Bool {
    row["locked"] == "true" && row["placement"] == "line-split"
  }

  private func object(_ result: Tool.Result) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  private func cells(_ result: Tool.Result, comparison: Int = 0) throws -> [[String: Any]] {
    let comparisons = try #require(try object(result)["comparisons"] as? [[String: Any]])
    return try #require(comparisons[comparison]["cells"] as? [[String: Any]])
  }

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
      let b = try BuiltRun.side(5..<10, in: folder, "b") { $0.factor = { Self.isSplit($0) ? 1.5 : 1 } }
      let slower = try await Tool.run("compare", a, b, "--json")
      #expect(slower.code == 1, "\(slower.errors)")
      for cell in try cells(slower) {
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
      for (holm, hochberg) in zip(try cells(slower), try cells(fewerFalse)) {
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
      for cell in try cells(result) {
        #expect(
          (cell["verdict"] as? String == "slower") == (cell["arrangement"] as? String == "own"), "\(cell)")
      }
    }
  }

  @Test func oneRunASideSaysThatTheseRunsDifferAndNoMore() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun(number: 1, spread: 0).write(in: folder.appending("a")).string
      let b = try BuiltRun(number: 2, spread: 0, factor: { Self.isSplit($0) ? 1.5 : 1 })
        .write(in: folder.appending("b")).string
      let result = try await Tool.run("compare", a, b, "--only", "cost")
      #expect(result.code == 0, "no verdict, no alarm: \(result.errors)")
      #expect(result.output.contains("the most that can be said is that these runs differ"))
      #expect(result.output.contains("runs differ") && !result.output.contains("slower"))
      let csv = try await Tool.run("compare", a, b, "--only", "cost", "--csv")
      for row in rows(csv.output) {
        let isSplit = Self.isSplit(row)
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

  // MARK: Machines

  private static let armed: @Sendable (inout [String: Any]) -> Void = { record in
    var machine = record["machine"] as! [String: Any]
    var policy = machine["policy"] as! [String: Any]
    policy.merge(["mode": "warn", "traps_with_ac": true]) { $1 }
    var linux = machine["linux"] as! [String: Any]
    linux["timer_hz"] = 1000
    linux["microcode"] = "0x77"
    machine.merge(["policy": policy, "linux": linux]) { $1 }
    record["machine"] = machine
  }

  @Test func numbersThatAPolicyMakesIncomparableNeedLeave() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<3, in: folder, "a")
      let b = try BuiltRun.side(3..<6, in: folder, "b") { $0.record = Self.armed }
      let refused = try await Tool.run("compare", a, b)
      #expect(refused.code == 2 && refused.output.isEmpty)
      #expect(refused.errors.hasPrefix("error: ") && refused.errors.contains("--anyway"), "\(refused.errors)")
      let allowed = try await Tool.run("compare", a, b, "--anyway")
      #expect(allowed.code == 0 && allowed.errors.contains("warning: Linux treats split locks"))
      let table = allowed.output.components(separatedBy: "Machine and run")[1]
      for word in ["HZ", "1000", "microcode", "0x77", "split-lock policy", "warn, mitigated"] {
        #expect(table.contains(word), "\(word)")
      }
    }
  }

  /// Another CPU number on another machine is the same kind of cell; on one machine it is another.
  @Test func cpusMatchByWhatTheyAre() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<3, in: folder, "a")
      let b = try BuiltRun.side(3..<6, in: folder, "b") { $0.edit = { _ in ["cpu": "0"] } }
      let result = try await Tool.run("compare", a, b, "--json")
      let found = try cells(result)
      #expect(
        found.count > 100 && found.allSatisfy { $0["core_kind"] as? String == "uniform" && $0["cpu"] == nil })
      let same = try await Tool.run("compare", a, try BuiltRun.side(6..<9, in: folder, "c"), "--json")
      #expect(try cells(same).allSatisfy { $0["cpu"] as? Int == 1 && $0["core_kind"] == nil })
    }
  }

  @Test func oneKindOfCoreIsHeldAgainstPerformanceCores() async throws {
    try await withTemporaryFolder { folder in
      let a = try BuiltRun.side(0..<3, in: folder, "a")
      let b = try BuiltRun.side(3..<6, in: folder, "b") {
        $0.record = { record in
          var machine = record["machine"] as! [String: Any]
          var topology = machine["topology"] as! [String: Any]
          topology["cpus"] = (topology["cpus"] as! [[String: Any]]).map { cpu in
            cpu.merging(["core_kind": cpu["id"] as! Int == 1 ? "performance" : "efficiency"]) { $1 }
          }
          machine["topology"] = topology
          record["machine"] = machine
        }
      }
      let result = try await Tool.run("compare", a, b)
      #expect(
        result.code == 0 && result.output.contains("held against the other machine's performance cores"))
      #expect(!result.output.contains("Measured elsewhere"))
    }
  }

  @Test func aFolderOfMachinesHasASideForEach() async throws {
    try await withTemporaryFolder { folder in
      for (index, name) in ["epyc", "ryzen", "xeon"].enumerated() {
        _ = try BuiltRun.side(3 * index..<3 * index + 3, in: folder.appending("all"), name) {
          $0.factor = { _ in index == 1 ? 2 : 1 }
        }
      }
      let result = try await Tool.run("compare", folder.appending("all").string)
      #expect(result.code == 1 && result.output.contains("B over A") && result.output.contains("C over A"))
      let alone = try await Tool.run("compare", folder.appending("all").appending("epyc").string)
      #expect(alone.code == 2 && alone.errors.contains("--self-check"))
      // Labels tell the runs of one folder apart.
      let labelled = folder.appending("labelled")
      for number in 0..<6 {
        try BuiltRun(number: number, record: { $0["label"] = number < 3 ? "before" : "after" }).write(
          in: labelled)
      }
      let labels = try await Tool.run("compare", labelled.string)
      #expect(labels.code == 0 && labels.output.contains("-after") && labels.output.contains("-before"))
    }
  }

  /// A machine against itself: its runs lie in one folder.
  @Test func everyDaysRunsAreASide() async throws {
    try await withTemporaryFolder { folder in
      let runs = try BuiltRun.side(0..<6, in: folder, "epyc") { run in
        guard run.number >= 3 else { return }
        run.factor = { Self.isSplit($0) ? 1.5 : 1 }
        run.record = { $0["started_utc"] = "2026-01-02T100003Z" }
      }
      let days = try await Tool.run("compare", "--days", runs)
      #expect(days.code == 1, "\(days.errors)")
      for side in ["epyc-f25-m17-s1-kvm, 2026-01-01", "epyc-f25-m17-s1-kvm, 2026-01-02"] {
        #expect(days.output.contains(side), "\(side)")
      }
      let one = try await Tool.run("compare", runs)
      #expect(one.code == 2 && one.errors.contains("--self-check"))
    }
  }

  // MARK: Cells

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
      let csv = rows(try await Tool.run("compare", a, b, "--csv").output)
      let lacking = csv.filter { $0["verdict"] == "only-one-side" }
      #expect(Set(lacking.map { $0["instruction"]! }) == ["btc", "bts"])
      let json = try object(try await Tool.run("compare", a, b, "--json"))
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
      let found = rows(chosen.output)
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
      let csv = rows(try await Tool.run("compare", run, tableOnly, "--csv").output)
      #expect(csv.count > 400)
      for row in csv where row["ratio"] != "" {
        #expect(abs(Double(row["ratio"]!)! - 1) < 1e-5, "\(row)")
      }
    }
  }

  // MARK: A machine with itself

  @Test func aSelfCheckSaysWhatIsFalseAndWhatCouldBeFound() async throws {
    try await withTemporaryFolder { folder in
      let runs = try BuiltRun.side(0..<8, in: folder, "runs")
      let text = try await Tool.run("compare", "--self-check", runs)
      #expect(
        text.code == 0 && text.output.contains("in 35 splits of its 8 runs into 4 and 4"), "\(text.errors)")
      let json = try object(try await Tool.run("compare", "--self-check", runs, "--json"))
      let check = try #require(json["self_check"] as? [String: Any])
      #expect(check["splits"] as? Int == 35 && check["drifting_cells"] as? Int == 0)
      #expect((check["detectable_in_half_of_the_cells"] as? Double ?? 9) < 0.1)
      let few = try BuiltRun.side(20..<25, in: folder, "few")
      let refused = try await Tool.run("compare", "--self-check", few)
      #expect(refused.code == 2 && refused.errors.contains("two halves of 3 take 6"))
      let drifted = try BuiltRun.side(30..<38, in: folder, "drifted") {
        if $0.number >= 34 { $0.factor = { _ in 1.5 } }
      }
      let drift = try await Tool.run("compare", "--self-check", drifted)
      #expect(drift.output.contains("the machine drifted"))
    }
  }

  // MARK: Refusals

  struct Refusal: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var code: Int32
    var says: [String]
    var testDescription: String { arguments.joined(separator: " ") }
  }

  /// `A` and `B` are good sides.
  @Test(arguments: [
    Refusal(arguments: ["A"], code: 2, says: ["one machine's runs alone", "--self-check"]),
    Refusal(arguments: [], code: 64, says: ["paths"]),
    Refusal(arguments: ["A", "A"], code: 2, says: ["is in", "leave it out of one"]),
    Refusal(arguments: ["A", "nowhere"], code: 2, says: ["nowhere", "check the path"]),
    Refusal(arguments: ["A", "."], code: 2, says: ["is in"]),
    Refusal(
      arguments: ["A", "B", "--where", "colour=red"], code: 64, says: ["no column 'colour'", "instruction"]),
    Refusal(arguments: ["A", "B", "--where", "instruction"], code: 64, says: ["--where"]),
    Refusal(arguments: ["A", "B", "--where", "instruction=fly"], code: 2, says: ["no cell of that kind"]),
    Refusal(arguments: ["A", "B", "--only", "pingpong"], code: 2, says: ["no cell", "--only"]),
    Refusal(arguments: ["A", "B", "--only", "guess"], code: 64, says: ["--only", "guess"]),
    Refusal(arguments: ["A", "--days"], code: 2, says: ["one machine's runs alone, of one day"]),
    Refusal(arguments: ["A", "--days", "--self-check"], code: 64, says: ["ask one"]),
    Refusal(arguments: ["A", "B", "--by", "colour"], code: 64, says: ["no column 'colour'"]),
    Refusal(arguments: ["A", "B", "--threshold", "wide"], code: 64, says: ["--threshold"]),
    Refusal(arguments: ["A", "B", "--alpha", "7"], code: 64, says: ["--alpha"]),
    Refusal(arguments: ["A", "B", "--json", "--csv"], code: 64, says: ["exclude each other"]),
    Refusal(arguments: ["A", "--self-check", "--csv"], code: 64, says: ["--self-check"]),
    Refusal(arguments: ["MIXED", "B"], code: 2, says: ["different processors", "a folder of their own"]),
    Refusal(arguments: ["TORN", "B"], code: 2, says: ["cost.csv:3:", "median_ns"]),
    Refusal(arguments: ["ZERO", "B"], code: 2, says: ["cost.csv:3:", "median_ns is not above 0"]),
  ])
  func badInputIsRefusedInAFewWords(_ test: Refusal) async throws {
    try await withTemporaryFolder { folder in
      _ = try BuiltRun.side(0..<3, in: folder, "A")
      _ = try BuiltRun.side(3..<6, in: folder, "B")
      switch test.arguments.first {
      case "MIXED":
        _ = try BuiltRun.side(6..<8, in: folder, "MIXED") { run in
          guard run.number == 7 else { return }
          run.record = { record in
            var machine = record["machine"] as! [String: Any]
            machine["processor"] = (machine["processor"] as! [String: Any]).merging(["model": 1]) { $1 }
            record["machine"] = machine
          }
        }
      case "TORN", "ZERO":
        _ = try BuiltRun.side(6..<7, in: folder, test.arguments[0]) { run in
          run.edit = { $0["cell"] == "1" ? ["median_ns": test.arguments[0] == "TORN" ? "1.2.3" : "0"] : [:] }
        }
      default: break
      }
      let result = try await Tool.run(["compare"] + test.arguments, folder: folder)
      #expect(result.code == test.code && result.output.isEmpty, "\(result.errors)")
      for word in test.says { #expect(result.errors.contains(word), "\(result.errors)") }
      #expect(result.errors.split(separator: "\n").count { $0.lowercased().hasPrefix("error:") } == 1)
    }
  }

  private func rows(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").map(CsvLine.fields)
    for line in lines { #expect(line.count == lines[0].count) }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }
}

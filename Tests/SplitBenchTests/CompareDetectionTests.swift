import Foundation
import SystemPackage
import TestSupport
import Testing

/// What `splitbench compare` makes of the experiments that change detection: numbers of some, words of others.
@Suite struct CompareDetectionTests {
  private static let tables = [
    "toggle": """
    part,operation,writer_cpu,cpu,relation,cpus,writers,write,median_ns,median_low_ns,median_high_ns,requested_rate_hz,slowdown,slowdown_low,slowdown_high
    write,write,1,0,same-l3,1,1,done,5000,4900,5100,,,,
    all-serial,write,1,,,2,1,,9000,8900,9100,,,,
    all-parallel,write,,,,2,2,,7000,6900,7100,,,,
    bystander,write,1,0,same-l3,1,1,done,,,,100,1.2,1.1,1.3
    bystander,write,1,0,same-l3,1,1,done,,,,,1.5,1.4,1.6

    """,
    "settings": """
    setting,failures,cpu,operations_per_second,operations_per_second_low,operations_per_second_high,kind,bystander_victim,bystander_relation,bystander_slowdown,bystander_slowdown_low,bystander_slowdown_high
    as-found,,1,800000,790000,810000,silent,dram-chase,same-l3,6.1,6,6.2
    sld-on,,1,600,590,610,#AC,dram-chase,same-l3,1.4,1.3,1.5

    """,
    "settings-cost": """
    cpu,setting,instruction,width_bytes,locked,placement,offset_bytes,median_ns,median_low_ns,median_high_ns,line_state,outcome,between,cell
    1,as-found,add,8,true,line-split,60,1160,1150,1170,hot,completed,nothing,0
    1,sld-on,add,8,true,line-split,60,1160,1150,1170,hot,delayed,nothing,1

    """,
    "scope": """
    bit,evidence,relation,written_cpu,cpu,followed,met
    sld,behaviour,self,0,0,true,#AC
    sld,behaviour,same-l3,0,1,false,nothing
    sld,register,same-l3,0,1,false,

    """,
    "leak": """
    relation,opener_cpu,cpu,leaks,open_ms
    self,1,1,true,10.5
    same-l3,1,0,false,

    """,
  ]

  private func sides(
    in folder: FilePath, _ change: @escaping (inout BuiltRun) -> Void
  ) throws -> [String] {
    func side(_ numbers: Range<Int>, _ name: String, _ change: (inout BuiltRun) -> Void) throws -> String {
      try BuiltRun.side(numbers, in: folder, name) {
        ($0.tables, $0.otherTables) = ([], Self.tables)
        change(&$0)
      }
    }
    return [try side(0..<4, "a") { _ in }, try side(4..<8, "b", change)]
  }

  private func rows(_ arguments: [String]) async throws -> [[String: Any]] {
    try await Tool.run(["compare"] + arguments + ["--json"]).cells()
  }

  /// Slower to write by 10 %, more slowed beside it by 30 %, half the throughput under sld-on.
  @Test func numbersOfTogglingAndSettingsAreCompared() async throws {
    try await withTemporaryFolder { folder in
      let paths = try sides(in: folder) {
        $0.factor = { row in
          if row["setting"] == "sld-on" { return row["instruction"] == nil ? 0.5 : 1 }
          return row["part"] == nil ? 1 : row["part"] == "bystander" ? 1.3 : 1.1
        }
      }
      let cells = try await rows(paths)
      #expect(
        cells.map { $0["column"] as! String }.sorted() == [
          "bystander_slowdown", "bystander_slowdown", "median_ns", "median_ns", "median_ns", "median_ns",
          "median_ns", "operations_per_second", "operations_per_second", "slowdown", "slowdown",
        ])
      for cell in cells {
        let isWorse =
          cell["experiment"] as! String == "toggle"
          || cell["setting"] as? String == "sld-on" && cell["instruction"] == nil
            && cell["column"] as! String != "median_ns"
        // A slow-down that is halved is better.
        let isBetter = cell["column"] as! String == "bystander_slowdown" && isWorse
        let verdict = cell["verdict"] as! String
        #expect(verdict == (isBetter ? "faster" : isWorse ? "slower" : "same"), "\(cell)")
      }
      let text = try await Tool.run("compare", paths[0], paths[1], "--all").output
      for name in [
        "toggle: write, same-l3, CPU 1 and 0", "toggle: all-parallel write, 2 CPUs, 2 writers",
        "toggle-bystander: bystander write at 100 Hz, same-l3",
        "settings-cost: lock add m64, line-split at 60",
        "settings-bystander: dram-chase, same-l3, sld-on", "settings: sld-on, CPU 1", "settings-cost, locked",
      ] { #expect(text.contains(name), "\(name)") }
    }
  }

  @Test func wordsAreComparedWhereThereAreNoNumbers() async throws {
    try await withTemporaryFolder { folder in
      let same = try sides(in: folder.appending("same")) { _ in }
      let alike = try await Tool.run("compare", same[0], same[1], "--only", "scope,leak")
      #expect(alike.code == 0 && alike.output.contains("the same in all 5 cells"), "\(alike.errors)")
      let other = try sides(in: folder.appending("other")) {
        $0.edit = { row in
          if row["evidence"] == "behaviour", row["relation"] == "same-l3" { return ["followed": "true"] }
          return row["leaks"] == "false" ? ["leaks": "true"] : [:]
        }
      }
      let different = try await Tool.run("compare", other[0], other[1], "--only", "scope,leak")
      #expect(different.code == 0 && different.output.contains("different in 2 of 5 cells"))
      #expect(
        different.output.contains(
          "scope: sld by behaviour, same-l3: A followed false, met nothing; B followed true, met nothing"))
      #expect(different.output.contains("leak: same-l3: A false; B true"))
      #expect(!different.output.contains("Verdict"), "nothing was tested")
      let csv = try await Tool.run("compare", other[0], other[1], "--only", "leak", "--csv").output
      #expect(csv.contains("leak,,same-l3,") && csv.contains(",false,true\n") && csv.contains(",true,true\n"))
    }
  }

  /// Detection differs with Linux's policy, and that is what is asked for; costs hold it.
  @Test func wordsNeedNoLeaveUnderAnotherPolicy() async throws {
    try await withTemporaryFolder { folder in
      let paths = try sides(in: folder) {
        $0.record = { record in
          var machine = record["machine"] as! [String: Any]
          machine["policy"] = (machine["policy"] as! [String: Any])
            .merging(["mode": "fatal", "traps_with_ac": true]) { $1 }
          record["machine"] = machine
        }
      }
      let words = try await Tool.run("compare", paths[0], paths[1], "--only", "scope,leak")
      #expect(words.code == 0 && words.output.contains("split-lock policy"), "\(words.errors)")
      let numbers = try await Tool.run("compare", paths[0], paths[1], "--only", "toggle")
      #expect(numbers.code == 2 && numbers.errors.contains("--anyway"))
    }
  }

  /// Runs that lack a table are listed as such, whether it has numbers or words.
  @Test func tablesOfOneSideAreListed() async throws {
    try await withTemporaryFolder { folder in
      let paths = try sides(in: folder) { $0.otherTables["leak"] = nil }
      let text = try await Tool.run("compare", paths[0], paths[1]).output
      let list = text.components(separatedBy: "Measured elsewhere, not in B")[1]
      #expect(list.contains("leak: self\n") && list.contains("leak: same-l3\n"))
      #expect(!text.contains("not in A"))
    }
  }
}

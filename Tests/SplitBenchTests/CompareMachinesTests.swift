import Foundation
import SystemPackage
import TestSupport
import Testing

/// Which machines, and which days of one, `splitbench compare` holds against each other.
@Suite struct CompareMachinesTests {
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
      let found = try result.cells()
      #expect(
        found.count > 100 && found.allSatisfy { $0["core_kind"] as? String == "uniform" && $0["cpu"] == nil })
      let same = try await Tool.run("compare", a, try BuiltRun.side(6..<9, in: folder, "c"), "--json")
      #expect(try same.cells().allSatisfy { $0["cpu"] as? Int == 1 && $0["core_kind"] == nil })
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
        run.factor = { BuiltRun.isSplit($0) ? 1.5 : 1 }
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
}

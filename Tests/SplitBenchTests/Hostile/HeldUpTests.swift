import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The terminal changes or goes, the process is stopped, others take the CPUs.
@Suite(.serialized) struct HeldUpTests {
  private static let long = ["--only", "cost", "--placement", "aligned", "--rounds", "10000"]

  @Test func aResizedTerminalChangesNothing() async throws {
    try await withTemporaryFolder { folder in
      let arguments = [
        "--only", "cost", "--placement", "aligned", "--instruction", "add,load", "--rounds", "400",
      ]
      let left = try await HostilePlace(script: "on_terminal.py", "resize", "0.5").run(arguments, in: folder)
      #expect(left.result.code == 0 && left.record?["complete"] as? Bool == true, "\(left.result.output)")
      #expect(left.result.output.contains("round "), "the bar")
    }
  }

  @Test func aTerminalThatIsGoneInterrupts() async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace(script: "on_terminal.py", "hangup", "3").run(Self.long, in: folder)
      #expect(left.result.code == 130, "\(left.result.errors)")
      #expect(left.record?["complete"] as? Bool == false && left.record?["end"] as? String == "interrupted")
      #expect(try left.rows("cost").count > 3)
    }
  }

  /// Where a stopped process stands is for whoever may trace it.
  private static let maySeeWhereItStands: Bool = {
    let scope = (try? text("/proc/sys/kernel/yama/ptrace_scope")) ?? "0"
    return getuid() == 0 || ["0", "1"].contains(scope.trimmingCharacters(in: .whitespacesAndNewlines))
  }()

  /// Stopped for 5 s in a sample, the run goes on, and neither counts the sample nor takes the stop for anybody's delay.
  @Test(
    .enabled(if: maySeeWhereItStands, "Linux does not say here where a stopped process stands"),
    arguments: SplitLocks.areHarmless ? ["aligned", "line-split"] : ["aligned"])
  func aStopInASampleIsMarked(placement: String) async throws {
    for _ in 0..<4 { if try await meetsAStop(placement) { return } }
    // The budget of split locks is soon spent, and may leave none to meet; GroupRunnerTests have such stops by script.
    #expect(placement == "line-split", "no sample was met")
  }

  /// False of a run that was over before; what holds of every run is looked at all the same.
  private func meetsAStop(_ placement: String) async throws -> Bool {
    try await withTemporaryFolder { folder in
      let place = HostilePlace(script: "stopped.py", "loop_locked_add_8", "5", "16", placement)
      let left = try await place.run(
        [
          "--plan", "thorough", "--only", "cost", "--instruction", "add", "--width", "8", "--placement",
          placement, "--rounds", "100", "--budget", "0.05", "--quiet",
        ], in: folder)
      let isWhole = left.result.code == 0 && left.record?["complete"] as? Bool == true
      let isInterrupted = left.result.code == 130 && left.record?["end"] as? String == "interrupted"
      #expect(isWhole || isInterrupted, "\(left.result.errors)")
      let cost = try left.rows("cost")
      let placements = Dictionary(uniqueKeysWithValues: cost.map { ($0["cell"]!, $0["placement"]!) })
      // Five seconds on every CPU with an invariant TSC.
      let stopped = try left.rows("samples").filter {
        max(Int($0["short_tsc_cycles"]!) ?? 0, Int($0["long_tsc_cycles"]!) ?? 0) > 2_500_000_000
      }
      for row in stopped { #expect(row["disturbance"]!.contains("preempted"), "\(row)") }
      #expect(cost.allSatisfy { $0["outcome"] == "completed" }, "nothing is delayed")
      #expect(left.warnings["delayed"] == nil)
      for row in cost where row["median_ns"] != "" {
        let isMarked = row["warnings"]!.contains("uses-disturbed-rounds")
        #expect(isMarked || Double(row["median_ns"]!)! < 1e6, "\(row)")
      }
      return stopped.contains { placements[$0["cell"]!] == placement }
    }
  }

  /// Two others on every CPU.
  @Test func aBusyMachineIsMeasuredAllTheSame() async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace().run(in: folder) { words in
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        return [
          "bash", "-c",
          """
          for number in $(seq $((2 * $(nproc)))); do while :; do :; done & done
          \(quoted); code=$?; kill $(jobs -p); wait 2>/dev/null; exit $code
          """,
        ]
      }
      #expect(left.result.code == 0, "\(left.result.errors)")
      #expect(left.record?["complete"] as? Bool == true)
      #expect(
        try left.warnings["disturbed"] != nil || left.rows("samples").contains { $0["disturbance"] != "" },
        "it says that it was disturbed")
      let unmeasured = try left.rows("cost").filter { $0["median_ns"] == "" && $0["outcome"] != "trapped" }
      #expect(unmeasured.isEmpty || left.warnings["unmeasured"] != nil)
    }
  }
}

import Foundation
import Subprocess
import SystemPackage
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

  /// No sample that holds a stop counts.
  @Test func aStoppedRunLeavesTheStopOut() async throws {
    try await withTemporaryFolder { folder in
      let stops = """
        '\(Tool.path)' run --plan quick --only cost --placement aligned --rounds 10000 --quiet --out '\(folder)' &
        for stop in 1 2 3; do sleep 0.7; kill -STOP $!; sleep 0.5; kill -CONT $!; done
        sleep 1; kill -TERM $!; wait $!
        """
      let left = try await HostilePlace().run(in: folder) { _ in ["bash", "-c", stops] }
      #expect(left.result.code == 130, "\(left.result.errors)")
      let rows = try left.rows("samples")
      #expect(rows.count > 100)
      // Half a second is over 10^8 ticks on every CPU with an invariant TSC.
      for row in rows
      where max(Int(row["short_tsc_cycles"]!) ?? 0, Int(row["long_tsc_cycles"]!) ?? 0) > 100_000_000 {
        #expect(row["disturbance"] != "", "\(row)")
      }
      for row in try left.rows("cost") where row["median_ns"] != "" {
        #expect(Double(row["median_ns"]!)! < 1e6, "\(row)")
      }
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
      let unmeasured = try left.rows("cost").filter { $0["median_ns"] == "" && $0["outcome"] != "trapped" }
      #expect(unmeasured.isEmpty || left.warnings["unmeasured"] != nil)
    }
  }
}

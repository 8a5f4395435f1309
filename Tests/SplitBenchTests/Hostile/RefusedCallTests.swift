import SystemPackage
import TestSupport
import Testing

/// A seccomp filter refuses one system call, as those of containers do: what needs it does without, and says so.
@Suite(.serialized) struct RefusedCallTests {
  @Test(
    arguments: [
      ("mlock", "memory", "memory-not-locked"), ("mbind", "memory", "no-numa-policy"),
    ])
  func theRecordSaysWhatTheMemoryLacks(call: String, warning: String, says: String) async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace(script: "refusing.py", call).run(in: folder)
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      #expect(left.record?["complete"] as? Bool == true)
      #expect(left.warnings[warning]?.contains(says) == true, "\(left.warnings)")
    }
  }

  @Test func withoutCountersNoCellIsVerified() async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace(script: "refusing.py", "perf_event_open").run(in: folder)
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      let machine = left.record?["machine"] as? [String: Any]
      let refusal = (machine?["permissions"] as? [String: Any])?["pmu_refusal"] as? String
      // A machine without counters gives another reason.
      #expect(refusal?.contains("perf_event_open is not permitted") == true, "\(refusal ?? "none")")
      let rows = try left.rows("cost")
      #expect(rows.contains { $0["median_ns"] != "" })
      #expect(rows.allSatisfy { $0["verdict"] != "split-verified" && $0["bus_locks_per_op"] == "" })
    }
  }

  @Test func whoCannotPinDoesNotMeasure() async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace(script: "refusing.py", "sched_setaffinity").run(in: folder)
      #expect(left.result.code == 2 && left.folder == nil, "nothing was measured, and nothing is left")
      #expect(left.result.errors.contains("cannot pin to CPU"), "\(left.result.errors)")
      #expect(left.result.errors.contains("seccomp"), "the remedy")
    }
  }

  @Test func allOfThemAtOnce() async throws {
    try await withTemporaryFolder { folder in
      let place = HostilePlace(script: "refusing.py", "mlock,mbind,get_mempolicy,perf_event_open")
      let left = try await place.run(in: folder)
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      #expect(try left.rows("cost").contains { $0["median_ns"] != "" })
    }
  }
}

import Testing

@testable import Machine

/// What helps where perf_event_open is refused.
@Suite struct PmuRefusalTests {
  @Test(arguments: [
    // As another user a level over 2 forbids; below that and as root it does not, and something else does.
    ("3\n", false, "set it to 2 or lower", "seccomp"), ("3\n", true, "seccomp", "set it to"),
    ("2\n", false, "seccomp", "set it to"), ("-1\n", false, "seccomp", "set it to"),
    (nil, false, "unreadable", "seccomp"),
  ])
  func theRemedyIsNotWhatIsSoAlready(level: String?, isRoot: Bool, says: String, not: String) throws {
    try withFiles(level.map { ["/proc/sys/kernel/perf_event_paranoid": $0] } ?? [:]) { files in
      let refusal = Pmu.forbidden(files: files, isRoot: isRoot)
      #expect(refusal.hasPrefix("perf_event_open is not permitted"))
      #expect(refusal.contains(says) && !refusal.contains(not), "\(refusal)")
    }
  }
}

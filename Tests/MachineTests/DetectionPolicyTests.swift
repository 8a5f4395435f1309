import Testing

@testable import Machine

@Suite struct DetectionPolicyTests {
  struct Case: Sendable {
    var flags: String
    var parameter: String?
    var sysctl: String? = "1"
    var log: [String] = []
    var mode: DetectionPolicy.Mode
    var rateLimit: Int?
    var mayDelay = false
    var mayKill = false
    var leavesAlone = false
    var contradiction: String?
  }

  private static let prefix = "x86/split lock detection: "
  /// Combinations as arch/x86/kernel/cpu/bus_lock.c treats them.
  static let cases = [
    Case(flags: "fpu", mode: .unsupported, leavesAlone: true),
    Case(flags: "fpu", parameter: "fatal", mode: .unsupported, leavesAlone: true),
    Case(flags: "split_lock_detect", mode: .warn, mayDelay: true),
    Case(flags: "split_lock_detect", sysctl: "0", mode: .warn),
    Case(flags: "split_lock_detect", sysctl: nil, mode: .warn, mayDelay: true),
    Case(
      flags: "split_lock_detect", parameter: "off", mode: .off, leavesAlone: true, contradiction: "stays set"),
    Case(flags: "split_lock_detect", parameter: "fatal", mode: .fatal, mayKill: true),
    Case(flags: "bus_lock_detect", mode: .warn),
    Case(
      flags: "bus_lock_detect", parameter: "ratelimit:100", mode: .ratelimit, rateLimit: 100, mayDelay: true),
    Case(
      flags: "bus_lock_detect", parameter: "ratelimit:1000", mode: .ratelimit, rateLimit: 1000, mayDelay: true
    ),
    Case(flags: "bus_lock_detect", parameter: "ratelimit:1001", mode: .warn),
    Case(flags: "bus_lock_detect", parameter: "ratelimit:0", mode: .warn),
    Case(flags: "bus_lock_detect", parameter: "ratelimit:5x", mode: .ratelimit, rateLimit: 5, mayDelay: true),
    Case(flags: "bus_lock_detect", parameter: "ratelimit:", mode: .ratelimit, mayDelay: true),
    Case(flags: "bus_lock_detect", parameter: "ratelimit", mode: .warn),
    Case(flags: "bus_lock_detect", parameter: "offf", mode: .warn),
    Case(
      flags: "split_lock_detect", parameter: "ratelimit:10", mode: .ratelimit, rateLimit: 10,
      leavesAlone: true, contradiction: "nothing is detected"),
    Case(
      flags: "split_lock_detect", parameter: "warn",
      log: [
        prefix + "#AC: crashing the kernel on kernel split_locks and sending SIGBUS on user-space split_locks"
      ],
      mode: .fatal, mayKill: true, contradiction: "the log is believed"),
    Case(
      flags: "split_lock_detect",
      log: [prefix + "#AC: crashing the kernel on kernel split_locks and warning on user-space split_locks"],
      mode: .warn, mayDelay: true),
    Case(
      flags: "bus_lock_detect", parameter: "warn",
      log: [prefix + "MSR access failed: Disabled", prefix + "#DB: warning on user-space bus_locks"],
      mode: .warn),
    Case(flags: "fpu", log: [prefix + "MSR access failed: Disabled"], mode: .unsupported, leavesAlone: true),
    Case(
      flags: "bus_lock_detect", parameter: "ratelimit:7",
      log: [prefix + "#DB: setting system wide bus lock rate limit to 7/sec"],
      mode: .ratelimit, rateLimit: 7, mayDelay: true),
    Case(
      flags: "split_lock_detect",
      log: [
        prefix + "#AC: crashing the kernel on kernel split_locks and warning on user-space split_locks",
        prefix + "#AC: a.out/42 took a split_lock trap at address: 0x401136",
      ], mode: .warn, mayDelay: true),
  ]

  @Test(arguments: cases)
  func concludes(_ test: Case) throws {
    var files = ["/proc/cpuinfo": "processor\t: 0\nflags\t\t: \(test.flags)\n\nprocessor\t: 1\n"]
    files["/proc/cmdline"] = "quiet " + (test.parameter.map { "split_lock_detect=\($0)" } ?? "") + " ro\n"
    files["/proc/sys/kernel/split_lock_mitigate"] = test.sysctl.map { $0 + "\n" }
    let policy = try withFiles(files) {
      DetectionPolicy(files: $0, processor: .plain(), log: .success(test.log))
    }
    #expect(policy.mode == test.mode)
    #expect(policy.rateLimit == test.rateLimit)
    #expect(policy.mayDelay == test.mayDelay)
    #expect(policy.mayKill == test.mayKill)
    #expect(policy.leavesAlone == test.leavesAlone)
    let contradictions = policy.evidence.filter { $0.source == "contradiction" }.map(\.finding)
    if let expected = test.contradiction {
      #expect(contradictions.contains { $0.contains(expected) })
    } else {
      #expect(contradictions.isEmpty)
    }
  }

  @Test func lastBootParameterWins() throws {
    let policy = try withFiles([
      "/proc/cpuinfo": "flags : split_lock_detect\n",
      "/proc/cmdline": "split_lock_detect=fatal split_lock_detect=off",
    ]) { DetectionPolicy(files: $0, processor: .plain(), log: .success([])) }
    #expect(policy.mode == .off)
  }

  @Test func nothingReadableIsUnknownAndDangerous() throws {
    let policy = try withFiles([:]) {
      DetectionPolicy(
        files: $0, processor: .plain(), log: .failure(Unreadable(path: "/dev/kmsg", reason: "no")))
    }
    #expect(policy.mode == .unknown)
    #expect(policy.mayDelay && policy.mayKill && !policy.leavesAlone)
    #expect(policy.evidence.contains { $0.finding.contains("/dev/kmsg") })
  }

  @Test func capturedGuestHasNoDetection() throws {
    let policy = DetectionPolicy(
      files: Fixture.amdGuest.files, processor: try Fixture.amdGuest.processor(), log: .success([]))
    #expect(policy.mode == .unsupported)
    #expect(policy.mitigates == true)
    #expect(policy.evidence.contains { $0.finding.contains("guest of KVMKVMKVM") })
  }
}

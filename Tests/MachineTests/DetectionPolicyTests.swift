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

/// Behaviour beside the policy that files tell of.
@Suite struct WeighedPolicyTests {
  struct Case: Sendable {
    var flags = "split_lock_detect"
    var parameter: String?
    var sysctl = "1"
    var seen: [Int: SplitLockAnswer]
    var isGuest = false
    var mode: DetectionPolicy.Mode
    var contradiction: String?
  }

  private static let nothing = SplitLockAnswer()
  private static let delayedByAC = SplitLockAnswer(exception: .ac, isDelayed: true)
  private static let killedByAC = SplitLockAnswer(exception: .ac, isSignalled: true)
  private static let warnedByDB = SplitLockAnswer(exception: .db)

  static let cases = [
    Case(flags: "fpu", seen: [0: nothing, 1: nothing], mode: .unsupported),
    Case(
      flags: "fpu", seen: [0: SplitLockAnswer(isDelayed: true)], isGuest: true, mode: .unsupported,
      contradiction: "the host of this guest (KVMKVMKVM) may have its own policy"),
    Case(seen: [0: delayedByAC, 1: delayedByAC], mode: .warn),
    Case(
      seen: [0: delayedByAC, 1: delayedByAC, 2: nothing, 3: delayedByAC], mode: .warn,
      contradiction: "warn with split_lock_mitigate delays, but a split lock met nothing on CPU 2"),
    Case(sysctl: "0", seen: [0: SplitLockAnswer(exception: .ac)], mode: .warn),
    Case(sysctl: "0", seen: [0: nothing], mode: .warn),
    Case(sysctl: "0", seen: [0: delayedByAC], mode: .warn, contradiction: "does not delay"),
    Case(parameter: "fatal", seen: [0: killedByAC, 1: killedByAC], mode: .fatal),
    Case(
      parameter: "fatal", seen: [0: killedByAC, 5: nothing, 6: nothing], mode: .fatal,
      contradiction: "fatal, but a split lock met nothing on CPUs 5-6"),
    Case(parameter: "warn", seen: [0: killedByAC], mode: .warn, contradiction: "warn, but"),
    Case(flags: "bus_lock_detect", seen: [0: warnedByDB], mode: .warn),
    Case(
      flags: "bus_lock_detect", parameter: "ratelimit:10",
      seen: [0: SplitLockAnswer(exception: .db, isDelayed: true)], mode: .ratelimit),
    Case(flags: "bus_lock_detect", parameter: "ratelimit:1000", seen: [0: warnedByDB], mode: .ratelimit),
    Case(flags: "", seen: [0: killedByAC, 1: nothing], mode: .fatal),
    Case(flags: "", seen: [0: SplitLockAnswer(exception: .db, isDelayed: true)], mode: .ratelimit),
    Case(flags: "", seen: [0: nothing], mode: .unknown),
  ]

  @Test(arguments: cases)
  func isWeighed(_ test: Case) throws {
    // Without flags the files told nothing.
    let files =
      test.flags.isEmpty
      ? [:]
      : [
        "/proc/cpuinfo": "flags : \(test.flags)\n", "/proc/sys/kernel/split_lock_mitigate": test.sysctl,
        "/proc/cmdline": test.parameter.map { "split_lock_detect=\($0)" } ?? "quiet",
      ]
    let found = try withFiles(files) {
      DetectionPolicy(files: $0, processor: .plain(), log: .success([]))
    }
    let weighed = found.weighed(against: test.seen, hypervisor: test.isGuest ? "KVMKVMKVM" : nil)
    #expect(weighed.mode == test.mode)
    #expect(weighed.evidence.count { $0.source == "behaviour" } == Set(test.seen.values).count)
    if let contradiction = test.contradiction {
      #expect(weighed.contradictions.contains { $0.contains(contradiction) }, "\(weighed.contradictions)")
    } else {
      #expect(weighed.contradictions == found.contradictions)
    }
  }

  struct Registers: Sendable {
    var parameter: String?
    /// MSR 0x33 by CPU; nil is one that cannot be read.
    var memoryControl: [UInt64?]
    var contradiction: String?
    var finding: String
  }

  @Test(arguments: [
    Registers(memoryControl: [1 << 29, 1 << 29], finding: "set on CPUs 0-1"),
    Registers(
      memoryControl: [1 << 29, 0], contradiction: "clear on CPUs 1, as it is for two jiffies",
      finding: "clear on CPUs 1"),
    Registers(
      parameter: "fatal", memoryControl: [0], contradiction: "fatal, but bit 29", finding: "clear on CPUs 0"),
    Registers(parameter: "off", memoryControl: [0, 0], finding: "clear on CPUs 0-1"),
    Registers(
      parameter: "off", memoryControl: [0, 1 << 29],
      contradiction: "off, but bit 29 of MSR 0x33 is set on CPUs 1",
      finding: "set on CPUs 1"),
    Registers(memoryControl: [nil], finding: "not readable: no driver"),
  ])
  func registersAreWeighed(_ test: Registers) throws {
    let found = try withFiles([
      "/proc/cpuinfo": "flags : split_lock_detect\n",
      "/proc/cmdline": test.parameter.map { "split_lock_detect=\($0)" } ?? "quiet",
    ]) { DetectionPolicy(files: $0, processor: .plain(), log: .success([])) }
    let registers = test.memoryControl.enumerated().map { cpu, value in
      var register = DetectionRegisters(cpu: cpu, files: FileTree(root: "/nowhere"), detectionSupported: true)
      register.memoryControl = value
      register.reason = value == nil ? "no driver" : nil
      return register
    }
    let weighed = found.weighed(against: registers)
    #expect(weighed.evidence.contains { $0.finding.contains(test.finding) }, "\(weighed.evidence)")
    let added = weighed.contradictions.filter { !found.contradictions.contains($0) }
    #expect(
      added.contains { $0.contains(test.contradiction ?? "-") } == (test.contradiction != nil), "\(added)")
    #expect(added.count == (test.contradiction == nil ? 0 : 1))
  }
}

@Suite struct LinuxLogTests {
  @Test(
    arguments: [
      (
        "6,339,5140900,-;x86/split lock detection: #AC: crashing\n SUBSYSTEM=x\n",
        "x86/split lock detection: #AC: crashing"
      ),
      ("6,339,5140900,-;NET: Registered\n", "NET: Registered"),
      ("no semicolon", nil),
    ] as [(String, String?)])
  func takesTheMessageOfARecord(record: String, message: String?) {
    #expect(LinuxLog.message(ofRecord: record).map(String.init) == message)
  }

  /// The formats of bus_lock.c and traps.c; the first address is that of a Proxmox host's report.
  @Test(
    arguments: [
      (
        "x86/split lock detection: #AC: CPU 0/KVM/5677 took a split_lock trap at address: 0x56339a9888c3",
        DetectionReport(exception: .ac, task: 5677, address: 0x5633_9a98_88c3, isFatal: false)
      ),
      (
        "x86/split lock detection: #DB: a.out/42 took a bus_lock trap at address: 0x401136",
        DetectionReport(exception: .db, task: 42, address: 0x401136, isFatal: false)
      ),
      (
        "traps: a [b]c[71] trap alignment check ip:55d0a8c0 sp:7ffc0 error:0 in a[55d0a000+1000]",
        DetectionReport(exception: .ac, task: 71, address: 0x55d0_a8c0, isFatal: true)
      ),
      ("x86/split lock detection: #AC: crashing the kernel on kernel split_locks and warning", nil),
      ("x86/split lock detection: #AC: x/y took a split_lock trap at address: 0x1", nil),
      ("x86/split lock detection: #AC: x/1 took a split_lock trap at address: ", nil),
      ("traps: x[71] general protection fault ip:55d0 sp:7ff error:0", nil),
      ("", nil),
    ] as [(String, DetectionReport?)])
  func readsWhatLinuxReportsOfATask(message: String, report: DetectionReport?) {
    #expect(DetectionReport(message) == report)
  }
}

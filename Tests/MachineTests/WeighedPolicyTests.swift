import Testing

@testable import Machine

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

import Testing

@testable import PolicyModel

/// What the merged policies do, from their source and by hand. Jiffies are of 4 ms.
@Suite struct MergedLinuxTests {
  /// One task: msleep(10) is 3 jiffies, one more before 6.12, and its timer fires at the tick after; the window of 2 jiffies closes at the tick
  /// after the second. 5 + 3 jiffies, or 4 + 3.
  @Test(arguments: [("warn-5.19", 32), ("warn-6.2", 32), ("warn-6.15", 28)])
  func oneOffenderSleepsAndHasItsWindow(_ policy: String, _ cycleMs: Int) throws {
    let found = try tally(offenders(1), policy)
    #expect((10_000 / cycleMs - 1...10_000 / cycleMs + 1).contains(found.alignmentChecks))
    #expect((2 * found.alignmentChecks - 2...2 * found.alignmentChecks).contains(found.toggles))
    let asleep = Fixed.million * (cycleMs - 12) / cycleMs
    #expect((asleep - 3000...asleep + 3000).contains(try #require(found.waitedShare)))
    // 12 ms of 1164 ns each in a window.
    #expect((10_200...10_310).contains(found.performed / found.alignmentChecks))
    #expect(found.logLines == 1)
  }

  /// Four: the semaphore lets one after another have its window of 12 ms, and somebody always waits.
  @Test func fourOffendersTakeTurns() throws {
    let found = try tally(offenders(4), "warn-6.2")
    #expect((831...835).contains(found.alignmentChecks))
    #expect(found.coresOff == 0)
  }

  /// Without mitigation neither sleep nor turn: a window of two jiffies, which the tick after closes, and the next.
  @Test func withoutMitigationNobodySleeps() throws {
    let found = try tally(offenders(4), "warn-6.15:mitigate=0")
    #expect(found.waited == 0)
    #expect((4 * 832...4 * 835).contains(found.alignmentChecks))
  }

  /// Before 6.15 all CPUs share the work: of four that split-lock at once, three are never armed again (c929d08df8be).
  @Test func beforeItsFixDetectionStaysOffOnAllButOneCore() throws {
    let found = try tally(offenders(4), "warn-6.2:mitigate=0")
    #expect((832...835 + 3).contains(found.alignmentChecks))
    #expect(found.coresOff == 3)
    let fixed = try tally(offenders(4), "warn-6.15:mitigate=0")
    #expect(fixed.alignmentChecks > 3 * found.alignmentChecks)
  }

  /// splitlock_cpu_offline and split_lock_init arm what was left off.
  @Test func hotplugArmsTheCoresAgain() throws {
    let scenario = try scenario("replaced-cpu")
    var without = scenario
    without.events = []
    #expect(
      try tally(scenario, "warn-6.2:mitigate=0").alignmentChecks
        > tally(without, "warn-6.2:mitigate=0").alignmentChecks)
  }

  /// Once a task: from then on it runs without detection.
  @Test func beforeMiseryATaskTrapsOnce() throws {
    let found = try tally(offenders(4), "warn-5.7")
    #expect(found.alignmentChecks == 4 && found.spurious == 0 && found.waited == 0)
    #expect(found.logLines == 4)
    let off = try tally(offenders(4), "off")
    #expect(found.performed + 4 * 10 > off.performed)
    // At the end all four run.
    #expect(found.coresOff == 4)
    // Off when they trapped, and never since: the end of the simulation switches nobody out.
    #expect(found.msrWrites == 4 && found.toggles == 4)
    #expect(try tally("noisy-guest", "warn-5.7").coresOff == 2)
  }

  /// The bit is the core's: a sibling's task that goes off its CPU arms it again, and the other traps though its flag is set.
  @Test func siblingsOfAFlaggedTaskMakeItTrapAgain() throws {
    var scenario = offenders(2)
    scenario.host.coresPerPackage = 1
    scenario.host.threadsPerCore = 2
    scenario.actors[0].phases = .init(onMs: 5, offMs: 5)
    let found = try tally(scenario, "warn-5.7")
    #expect(found.spurious > 100)
    #expect(found.logLines <= 20 + 2)
  }

  /// Split locks of the other sibling pass in the window too.
  @Test func aWindowIsTheWholeCores() throws {
    var together = offenders(2)
    together.host.coresPerPackage = 1
    together.host.threadsPerCore = 2
    let shared = try tally(together, "warn-6.15:mitigate=0")
    let apart = try tally(offenders(2), "warn-6.15:mitigate=0")
    #expect((832...836).contains(shared.alignmentChecks))
    #expect((2 * 832...2 * 836).contains(apart.alignmentChecks))
  }

  @Test func fatalKillsWhoeverTries() throws {
    let tasks = try tally(offenders(4), "fatal-5.7")
    #expect(tasks.sigbusTasks == 4 && tasks.performed == 0 && tasks.detectedShare == Fixed.million)
    #expect(try tally("guest-disables", "fatal-5.7").guestsKilled == 1)
    #expect(try tally("siblings", "fatal-5.7").oopses == 1)
  }

  /// N a second. The second begins with its first operation and ends with the jiffy after; the sleeper looks up every 7 jiffies.
  @Test(arguments: [(1, 1), (10, 1), (100, 1), (1000, 1), (100, 4)])
  func ratelimitHolds(_ limit: Int, _ offenderCount: Int) throws {
    let found = try tally(offenders(offenderCount, seconds: 60), "ratelimit-5.14:\(limit)")
    #expect(found.performed <= 60 * limit + limit + offenderCount)
    #expect(found.performed >= 60 * limit * 95 / 100)
    #expect(found.busLockTraps == found.performed)
    // Each that passes asks for a line. One a second gets it, save the last, which is turned away still; else there are ten in each of
    // twelve intervals of five such seconds, and of eleven what they suppressed. bld_ratelimit itself is silent.
    #expect(found.logLines == (limit == 1 ? found.performed - 1 : 12 * 10 + 11))
  }

  @Test func ratelimitNeedsBusLockDetection() throws {
    var scenario = offenders(1)
    scenario.host.detects = [.splitLock]
    let found = try tally(scenario, "ratelimit-5.14:100")
    let off = try tally(scenario, "off")
    #expect(found.detected == 0 && found.performed == off.performed)
  }

  /// handle_bus_lock warns each time and delays nobody; the trap behind each is what it costs.
  @Test func busLockWarningsDelayByTheTrapAlone() throws {
    var scenario = offenders(1)
    scenario.host.detects = [.busLock]
    let found = try tally(scenario, "bus-lock-warn-6.12")
    let each = Costs.committed.splitLock.ns + Costs.committed.busLockTrap.ns
    #expect((10_000_000_000 / each - 1...10_000_000_000 / each + 1).contains(found.performed))
    #expect(found.detected == found.performed && found.waited == 0)
    // Two intervals of ten, and what the first suppressed.
    #expect(found.logLines == 21)
    // What it does in between is not what Linux takes.
    scenario.actors[0].rateHz = 10_000
    let paced = try tally(scenario, "bus-lock-warn-6.12").performed
    let apart = 100_000 + Costs.committed.busLockTrap.ns
    #expect((10_000_000_000 / apart...10_000_000_000 / apart + 1).contains(paced))
    scenario.actors[0].rateHz = nil
    let fatal = try tally(scenario, "bus-lock-fatal-6.12")
    // A trap: the operation was performed.
    #expect(fatal.performed == 1 && fatal.sigbusTasks == 1 && fatal.prevented == 0)
    // handle_bus_lock sends a bare SIGBUS; the line of a trapped task is #AC's alone.
    #expect(fatal.logLines == 0)
    #expect(try tally(offenders(1), "fatal-5.7").logLines == 1)
  }

  /// KVM on AMD runs guests with the host's DEBUGCTL, until 433265870ab3: a program in a guest dies behind its first bus lock.
  @Test func busLockTrapsReachGuestsUntilTheyAreSpared() throws {
    for mode in ["warn", "fatal"] {
      let first = try tally("bus-lock-only", "bus-lock-\(mode)-6.12")
      let spared = try tally("bus-lock-only", "bus-lock-\(mode)-6.14")
      #expect(first.sigbusInGuests == 1 && spared.sigbusInGuests == 0)
      #expect(first.sigbusTasks == (mode == "fatal" ? 2 : 0) && spared.sigbusTasks == first.sigbusTasks)
      #expect(first.guestsKilled == 0 && spared.guestsKilled == 0)
      // Two intervals of ten, and what the first suppressed: of tasks, by warn.
      for found in [first, spared] { #expect(found.logLines == (mode == "fatal" ? 0 : 21)) }
      // The guest's 1000 a second go on, and nobody sees them.
      #expect((9990...10_000).contains(spared.performed - spared.detected))
    }
  }

  /// bus_lock_init arms #DB for warn and fatal only where there is no #AC; ratelimit is taken anywhere where something is detected.
  @Test(
    arguments: [
      ([], ["off"]),
      (
        [.splitLock], ["off", "fatal-5.7", "warn-6.2", "ratelimit-5.14:5", "v9-per-cpu-cache", "oct2019-ipi"]
      ),
      (
        [.busLock],
        ["off", "ratelimit-5.14:5", "bus-lock-warn-6.12", "bus-lock-fatal-6.14", "kvm-bus-lock-exit:5"]
      ),
      (
        [.splitLock, .busLock],
        [
          "off", "fatal-5.7", "warn-6.2", "ratelimit-5.14:5", "v9-per-cpu-cache", "oct2019-ipi",
          "kvm-bus-lock-exit:5",
        ]
      ),
    ] as [(Set<Scenario.Detector>, [String])])
  func policiesNeedWhatTheCpuHas(_ detects: Set<Scenario.Detector>, _ possible: [String]) throws {
    let host = Scenario.Host(coresPerPackage: 1, detects: detects)
    for id in [
      "off", "fatal-5.7", "warn-6.2", "ratelimit-5.14:5", "v9-per-cpu-cache", "oct2019-ipi",
      "bus-lock-warn-6.12",
      "bus-lock-fatal-6.14", "kvm-bus-lock-exit:5",
    ] {
      let policy = try #require(PolicyChoice(id: id))
      #expect((policy.obstacle(on: host) == nil) == possible.contains(id), "\(id)")
    }
  }

  /// QEMU's limit is each guest's: two guests have two.
  @Test func kvmLimitsEachGuest() throws {
    var scenario = try scenario("guest-disables")
    // Without bus lock detection there are no exits.
    #expect(try tally(scenario, "kvm-bus-lock-exit:100").detected == 0)
    scenario.host.detects = [.busLock]
    let one = try tally(scenario, "kvm-bus-lock-exit:100")
    #expect((990...1010).contains(one.performed))
    #expect(one.busLockExits == one.performed)
    scenario.actors[0].count = 2
    let two = try tally(scenario, "kvm-bus-lock-exit:100")
    #expect(two.performed == 2 * one.performed)
  }

  /// The bus serves one at a time, and what offenders want beyond that they do not get.
  @Test func theBusIsNotLockedLongerThanTimeGoes() throws {
    func share(_ scenario: Scenario) throws -> Int {
      try tally(scenario, "off").busLockedShare(seconds: 10, .committed)
    }
    #expect(try share(offenders(1)) > 999_000)
    #expect((999_000...1_000_000).contains(try share(offenders(16))))
    #expect((60_000...63_000).contains(try #require(try tally(offenders(16), "off").throughputShare)))
    let slow = try tally(offenders(4, rateHz: 10_000), "off")
    #expect((399_990...400_000).contains(slow.performed))
  }

  @Test func bystandersPayByTheDoseCurve() {
    let costs = Costs.committed
    #expect(costs.worstVictim == "l2-chase")
    // 1 / (1 - k x 0.1), in millionths.
    let throughput = 1 - 0.1 * Double(costs.stallShares["l2-chase"]!) / 1e6
    #expect(abs(Double(costs.slowdown(of: "l2-chase", lockedShare: 100_000)!) - 1e6 / throughput) < 2)
    #expect(costs.slowdown(of: "l1-load", lockedShare: 1_000_000) == 1_000_000)
    #expect(costs.slowdown(of: "nobody", lockedShare: 0) == nil)
  }
}

import CHost
import Glibc
import LockKernels
import Machine
import Testing

@testable import Measurement

private let second = 1e9  // Ticks a second of the scripted clock.
private let splitAdd = Kernel(.add, widthBytes: 8, locked: true)!

@Suite struct DoseRampTests {
  private func climb(_ timer: inout ScriptedTimer, _ policy: DetectionPolicy) -> DoseResponse {
    var operand: UInt64 = 0
    let ramp = DoseRamp(
      policy: policy, timerTicks: 100, ticksPerSecond: second, switchCount: { SwitchCount() })
    return withUnsafeMutableBytes(of: &operand) {
      ramp.climb(&timer, kernel: splitAdd, operand: $0.baseAddress!)
    }
  }

  @Test func climbsByTens() throws {
    var timer = ScriptedTimer(singles: [1100])
    let response = climb(&timer, .scripted(.off))
    #expect(
      response == DoseResponse(behaviour: .completed, nativeTicks: 1000, longestTicks: 1100, operations: 111))
    #expect(timer.calls == 3)
  }

  @Test func aTrapEndsItAtOnce() throws {
    var timer = ScriptedTimer(trapsAfter: 0)
    let response = climb(&timer, .scripted(.fatal))
    #expect(response.behaviour == .trapped)
    #expect(response.nativeTicks == nil && response.operations == 0)
  }

  @Test func anExplainedDelayEndsItAsData() throws {
    // The first operation sleeps; Linux then leaves the window open and the next dose runs natively.
    var timer = ScriptedTimer(singles: [12_000_000, 1100])
    let response = climb(&timer, .scripted(.warn))
    #expect(response.behaviour == .delayed)
    #expect(response.nativeTicks == 1000, "what the undelayed operations cost")
    #expect(response.longestTicks == 12_000_000)
    #expect(response.operations == 11 && timer.operations == 11, "one small dose more, not a hundred")
  }

  @Test func aDelayInALaterDoseRaisesItNoFurther() {
    var timer = ScriptedTimer(singles: [1100, 12_000_000])
    #expect(climb(&timer, .scripted(.ratelimit, ac: false)).behaviour == .delayed)
    #expect(timer.operations == 11, "a rate limit leaves no window for more")
  }

  @Test func whereEveryOperationIsDelayedNoNativeCostIsKnown() throws {
    var timer = ScriptedTimer(singles: [300_000_000])
    let response = climb(&timer, .scripted(.warn))
    #expect(response.behaviour == .delayed && response.nativeTicks == nil)
    #expect(response.unexplainedDelay == nil, "the policy explains it")
  }

  @Test(arguments: [
    DetectionPolicy.scripted(.off), .scripted(.unsupported), .scripted(.warn, mitigates: false),
  ])
  func anUnexplainedDelayEndsTheRun(policy: DetectionPolicy) {
    var timer = ScriptedTimer(singles: [1100, 150_000_000])
    #expect(climb(&timer, policy).unexplainedDelay == 0.15)
    #expect(timer.operations == 11, "no dose follows the delay")
  }

  @Test func aDelayUnderTheLimitIsNoReasonToStop() throws {
    var timer = ScriptedTimer(singles: [1100, 99_000_000, 1100])
    #expect(climb(&timer, .scripted(.off)).operations == 111)
  }
}

@Suite struct GroupRunnerTests {
  private let cell = Cell(kernel: splitAdd, placement: .lineSplit, offset: 60, cpu: 0)

  private func measure(
    _ timer: ScriptedTimer, _ cell: Cell, policy: DetectionPolicy = .scripted(.off),
    behaviour: DoseResponse.Behaviour = .completed, samples: Int = 4, singles: Int = 3
  ) throws -> (Group, ScriptedTimer) {
    var runner = runner(timer, policy: policy)
    runner.splitBehaviour = behaviour
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    let group = runner.measure(
      cell, in: memory, spot: 5, samples: samples, singles: singles, round: 2, sequence: 7)
    return (group, runner.timer)
  }

  private func runner(
    _ timer: ScriptedTimer, policy: DetectionPolicy = .scripted(.off), pmu: PmuCounters? = nil
  ) -> GroupRunner<ScriptedTimer> {
    var runner = GroupRunner(
      timer: timer, rule: DisturbanceRule(typicalAddsPerCycle: 0), policy: policy,
      ticksPerSecond: second, pmu: pmu, otherCpu: nil)
    runner.switchCount = { SwitchCount() }
    return runner
  }

  @Test(arguments: [(0, 1, nil), (1, 1, 0.15), (0, 0, 0.15)] as [(UInt64, UInt64, Double?)])
  func preemptionExplainsADelayAndSleepDoesNot(slept: UInt64, preempted: UInt64, unexplained: Double?) throws
  {
    var runner = runner(ScriptedTimer(singles: [150_000_000, 1000]))
    nonisolated(unsafe) var calls: UInt64 = 0
    runner.switchCount = {
      calls += 1
      return calls == 1 ? SwitchCount() : SwitchCount(voluntary: slept, involuntary: preempted)
    }
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    let group = runner.measure(cell, in: memory, spot: 1, samples: 1, singles: 0, round: 0, sequence: 0)
    #expect(group.unexplainedDelay == unexplained)
  }

  /// Software events stand in for a PMU: page faults for bus locks, the task clock for cycles.
  @Test func aPmuCountsASlopeOfItsOwn() throws {
    guard let pmu = PmuCounters(type: 1, busLocks: 2, cycles: 1) else { return }
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    for state in [LineState.hot, .cold] {
      var prepared = cell
      prepared.lineState = state
      var runner = runner(ScriptedTimer(), pmu: pmu)
      let foreseen = runner.busLocks(of: prepared, samples: 2, singles: state == .hot ? 3 : 0)
      let group = runner.measure(
        prepared, in: memory, spot: 3, samples: 2, singles: state == .hot ? 3 : 0, round: 0, sequence: 0)
      #expect(group.operations == foreseen)
      #expect(group.samples.count == 2, "the counted slope is no sample")
      #expect(group.busLocksPerOperation == 0, "nothing faults here")
      #expect(group.pmuCyclesPerOperation != nil)
    }
  }

  @Test func aTrapWhileCountingIsAResult() throws {
    guard let pmu = PmuCounters(type: 1, busLocks: 2, cycles: 1) else { return }
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    var runner = runner(ScriptedTimer(trapsAfter: 3), pmu: pmu)
    let group = runner.measure(cell, in: memory, spot: 3, samples: 1, singles: 0, round: 0, sequence: 0)
    #expect(group.trap != nil && group.busLocksPerOperation == nil)
  }

  @Test(arguments: [0, 500, 1_000_000])
  func theSlopeIsFreeOfWhatACallCosts(overhead: Int) throws {
    let timer = ScriptedTimer(overhead: Double(overhead), ticksPerOperation: 2500)
    let (group, _) = try measure(timer, cell)
    #expect(group.samples.count == 4)
    #expect(group.samples.allSatisfy { abs($0.ticksPerOperation - 2500) < 1e-9 })
    #expect(group.medianTicks == 2500)
  }

  @Test func everyOperationIsCounted() throws {
    let (group, timer) = try measure(ScriptedTimer(), cell)
    #expect(group.operations == timer.operations)
    #expect(group.operations == 1 + 4 * 64 + 3)
  }

  @Test func cheapCellsAreTimedInLongBatchesAndHaveSinglesOnlyIfAsked() throws {
    let (group, _) = try measure(ScriptedTimer(), cell.aligned, singles: 0)
    #expect(group.samples.allSatisfy { $0.longTicks > 20_000 }, "20 us of the scripted clock")
    #expect(group.singles.isEmpty)
  }

  @Test func aTrapIsAResult() throws {
    let (group, _) = try measure(ScriptedTimer(trapsAfter: 3), cell)
    #expect(group.trap == Trap(code: 1, trapNumber: 17))
  }

  @Test func whereLinuxDelaysFewOperationsAreIssued() throws {
    let (group, timer) = try measure(ScriptedTimer(), cell, policy: .scripted(.warn), behaviour: .delayed)
    #expect(timer.operations == 3)
    #expect(group.samples.isEmpty && group.singles.count == 3)
  }

  @Test func whereLinuxKillsOneOperationIsTried() throws {
    let (_, timer) = try measure(
      ScriptedTimer(trapsAfter: 0), cell, policy: .scripted(.fatal), behaviour: .trapped)
    #expect(timer.calls == 1)
  }

  @Test func anUnexplainedDelayIsReported() throws {
    let (group, _) = try measure(ScriptedTimer(singles: [1000, 150_000_000]), cell)
    #expect(group.unexplainedDelay == 0.15)
    #expect(group.delayedCalls == 3)
  }

  @Test func theWarmUpIsWatchedToo() throws {
    let (group, _) = try measure(ScriptedTimer(singles: [150_000_000, 1000]), cell)
    #expect(group.unexplainedDelay == 0.15)
    #expect(group.singles == [1000, 1000, 1000], "the warm-up is no sample")
  }

  @Test func aDelayThatThePolicyExplainsChangesHowTheNextAreMeasured() throws {
    var runner = runner(ScriptedTimer(singles: [12_000_000, 1000]), policy: .scripted(.warn))
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    let first = runner.measure(cell, in: memory, spot: 1, samples: 2, singles: 0, round: 0, sequence: 0)
    #expect(first.delayedCalls == 1 && first.unexplainedDelay == nil)
    #expect(runner.splitBehaviour == .delayed)
    #expect(runner.busLocks(of: cell, samples: 5, singles: 8) == 4)
    let second = runner.measure(cell, in: memory, spot: 1, samples: 2, singles: 0, round: 1, sequence: 1)
    #expect(second.samples.isEmpty && second.singles.count == 3)
  }

  @Test func busLocksAreForeseenExactly() throws {
    for (samples, singles) in [(1, 0), (4, 3), (5, 8)] {
      let (group, timer) = try measure(ScriptedTimer(), cell, samples: samples, singles: singles)
      #expect(
        runner(ScriptedTimer()).busLocks(of: cell, samples: samples, singles: singles) == group.operations)
      #expect(timer.operations == group.operations)
    }
  }

  @Test func aDelayOnAnAlignedOperandIsNoSplitLocks() throws {
    let (group, _) = try measure(ScriptedTimer(singles: [150_000_000]), cell.aligned)
    #expect(group.unexplainedDelay == nil)
  }

  /// The real instructions, aligned: no split lock is issued.
  @Test(arguments: LineState.allCases)
  func preparedLinesAreMeasured(state: LineState) throws {
    var prepared = cell.aligned
    prepared.lineState = state
    let topology = try Topology.ofThisMachine()
    guard state != .otherCpuModified || topology.cpus.count > 1 else { return }
    #expect(chost_guard_install() == 0)
    defer { chost_guard_remove() }
    let clock = TscClock(milliseconds: 5)
    var runner = GroupRunner(
      timer: GuardedTimer(), rule: DisturbanceRule(typicalAddsPerCycle: 0), policy: .scripted(.off),
      ticksPerSecond: clock.ticks(seconds: 1), pmu: nil, otherCpu: topology.cpus.first?.id)
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    let group = try CpuPin.pinned(to: topology.cpus.last!.id) {
      runner.measure(prepared, in: memory, spot: 9, samples: 6, singles: 0, round: 0, sequence: 0)
    }
    #expect(group.samples.count == 6)
    #expect(group.trap == nil)
  }
}

@Suite struct DisturbanceTests {
  private let rule = DisturbanceRule(typicalAddsPerCycle: 4)
  private let calm = Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 0)

  struct Case: Sendable {
    var after: Probe
    var preempted = false
    var found: Set<Disturbance>
  }
  static let cases = [
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 0), found: []),
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 0), preempted: true, found: [.preempted]),
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 2), found: [.gap]),
    Case(after: Probe(corePerTick: 1.3, addsPerCycle: 4, gaps: 0), found: [.frequency]),
    Case(after: Probe(corePerTick: 1.22, addsPerCycle: 4, gaps: 0), found: []),
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 3.3, gaps: 0), found: [.sharedCore]),
    Case(
      after: Probe(corePerTick: 1.0, addsPerCycle: 2, gaps: 1), preempted: true,
      found: Set(Disturbance.allCases)),
  ]

  @Test(arguments: cases)
  func isJudged(_ test: Case) {
    #expect(rule.judge(before: calm, after: test.after, preempted: test.preempted) == test.found)
  }

  @Test func probesSeeARealCore() {
    let clock = TscClock(milliseconds: 5)
    let probe = Probe.take(ticksPerMicrosecond: clock.ticks(seconds: 1e-6))
    #expect(probe.corePerTick > 0.05 && probe.corePerTick < 20)
    #expect(probe.addsPerCycle > 0.5, "an x86-64 core retires more than an add in two cycles")
  }

  @Test func theRuleIsRecordedInWords() {
    #expect(DisturbanceRule.inWords.contains("0.04") && DisturbanceRule.inWords.contains("0.85"))
  }
}

@Suite struct ClockTests {
  @Test func calibrationBoundsItsError() {
    var clock = TscClock(milliseconds: 5)
    let first = clock.ticksPerNanosecond
    #expect(first.value > 0.1 && first.value < 10)
    #expect(first.relativeError > 0 && first.relativeError < 0.1)
    clock.update()
    #expect(clock.ticksPerNanosecond.relativeError > 0)
    #expect(abs(clock.ticks(seconds: clock.seconds(12_345)) - 12_345) < 1e-6)
  }

  @Test func timerCostIsMeasured() {
    let cost = TimerCost.measure()
    #expect(cost.medianTicks > 0 && cost.quantumTicks >= 1)
    #expect(cost.quantumTicks <= cost.medianTicks)
  }

  /// A TSC that steps by 26; one scaled by a hypervisor to 24 or 25; one of single ticks; one value only.
  @Test(
    arguments: [([52, 78, 52, 104], 26), ([48, 49, 72, 73, 97, 98], 24), ([36, 37, 38, 39], 1), ([50], 1)]
      as [([UInt64], Double)])
  func quantumIsTheStepBetweenReadings(readings: [UInt64], quantum: Double) {
    #expect(TimerCost.quantum(of: readings) == quantum)
  }
}

@Suite(.serialized) struct PinTests {
  @Test func theOldMaskComesBack() throws {
    let before = try Topology.ofThisMachine().cpus.map(\.id)
    for cpu in before {
      try CpuPin.pinned(to: cpu) { #expect(Int(chost_current_cpu()) == cpu) }
    }
    #expect(try Topology.ofThisMachine().cpus.map(\.id) == before)
  }

  @Test func theOldMaskComesBackAfterAnError() throws {
    struct Stop: Error {}
    let before = try Topology.ofThisMachine().cpus.map(\.id)
    #expect(throws: Stop.self) { try CpuPin.pinned(to: before[0]) { throw Stop() } }
    #expect(try Topology.ofThisMachine().cpus.map(\.id) == before)
  }

  @Test func aCpuThatIsNotThereIsRefused() {
    #expect(throws: PinFailure.self) { try CpuPin.pinned(to: 4000) {} }
  }
}

@Suite struct PmuCounterTests {
  /// PERF_TYPE_SOFTWARE: task clock (1) and page faults (2) stand in where there is no PMU.
  @Test func countsWhatTheBodyDoes() throws {
    guard let counters = PmuCounters(type: 1, busLocks: 2, cycles: 1) else { return }
    let (_, count) = counters.counting {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 4096)
      defer { memory.deallocate() }
      for index in stride(from: 0, to: memory.count, by: 4096) { memory[index] = 1 }
    }
    #expect((count.busLocks ?? 0) > 0, "fresh pages fault")
    #expect((count.cycles ?? 0) > 0, "the task clock runs")
  }
}

@Suite struct PairCheckTests {
  @Test func theFastestTripGivesTheOffset() throws {
    // The other clock is 1,000 ticks ahead; the way there and back takes the same time, once with a gap.
    let trips = [
      PairCheck.Trip(sent: 10_000, answered: 11_100, received: 10_200),
      PairCheck.Trip(sent: 20_000, answered: 29_000, received: 28_100),
      PairCheck.Trip(sent: 30_000, answered: 31_110, received: 30_220),
    ]
    let check = try #require(PairCheck(trips: trips, throughputShare: 1))
    #expect(check.tscOffsetTicks == 1000 && check.tscOffsetErrorTicks == 100)
    #expect(check.oneWayTicks == 110, "the median trip")
  }

  @Test(arguments: [(0.5, true), (0.74, true), (0.76, false), (1.0, false)])
  func aSharedCoreShows(share: Double, shared: Bool) throws {
    let trip = PairCheck.Trip(sent: 0, answered: 1, received: 2)
    #expect(try #require(PairCheck(trips: [trip], throughputShare: share)).sharesCore == shared)
  }

  @Test func twoRealCpusAnswer() throws {
    let cpus = try Topology.ofThisMachine().cpus
    guard cpus.count > 1 else { return }
    let check = try CpuPin.pinned(to: cpus.last!.id) {
      PairCheck.run(otherCpu: cpus.first!.id, clock: TscClock(milliseconds: 5))
    }
    // A busy machine may let it time out; an answer must make sense.
    guard let check else { return }
    #expect(check.oneWayTicks > 0 && check.tscOffsetErrorTicks > 0)
    #expect(check.throughputShare > 0.1)
  }
}

@Suite(.serialized) struct GuardedTimerTests {
  /// A real SIGBUS in a real kernel: the page of a file that ends before it (si_code BUS_ADRERR, #PF).
  @Test func aBusErrorInAKernelIsATrap() throws {
    #expect(chost_guard_install() == 0)
    defer { chost_guard_remove() }
    let unnamed: Int32 = 0o20_200_000  // O_TMPFILE
    let file = open("/tmp", unnamed | O_RDWR, 0o600)
    defer { close(file) }
    ftruncate(file, 4096)
    let page = try #require(mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0))
    defer { munmap(page, 4096) }
    var timer = GuardedTimer()
    for kernel in Kernel.all {
      ftruncate(file, 4096)
      #expect(throws: Never.self) { try timer.time(kernel.functions.loop, page, count: 1, list: nil) }
      ftruncate(file, 0)
      #expect(throws: Trap(code: 2, trapNumber: 14)) {
        try timer.time(kernel.functions.loop, page, count: 1, list: nil)
      }
    }
  }
}

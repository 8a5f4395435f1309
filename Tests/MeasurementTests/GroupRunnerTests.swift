import CHost
import LockKernels
import Machine
import Testing

@testable import Measurement

private let second = 1e9  // Ticks a second of the scripted clock.
private let splitAdd = Kernel(.add, widthBytes: 8, locked: true)!

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

  /// A stop by SIGSTOP is neither Linux's delay nor one that nothing explains.
  @Test(arguments: [DetectionPolicy.Mode.off, .unsupported, .fatal, .warn, .ratelimit, .unknown])
  func aStopInASplitCellIsADisturbance(mode: DetectionPolicy.Mode) throws {
    var runner = runner(ScriptedTimer(singles: [5_000_000_000, 1000]), policy: .scripted(mode))
    nonisolated(unsafe) var calls: UInt64 = 0
    runner.switchCount = {
      calls += 1
      return calls == 1 ? SwitchCount() : SwitchCount(voluntary: 1, stops: 1)
    }
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    let group = runner.measure(cell, in: memory, spot: 1, samples: 1, singles: 0, round: 0, sequence: 0)
    #expect(group.disturbances.contains(.preempted))
    #expect(group.unexplainedDelay == nil && group.delayedCalls == 0)
    #expect(runner.splitBehaviour == .completed, "the cells that follow are measured as before")
  }

  /// Linux counts a freeze as a sleep; a split lock may sleep in a trap, which is its cost.
  @Test(arguments: [
    (Placement.aligned, LineState.hot, true), (.lineSplit, .hot, false), (.aligned, .otherCpuModified, false),
  ])
  func onlyASplitLockMaySleepWithoutDisturbance(placement: Placement, state: LineState, isDisturbed: Bool)
    throws
  {
    var runner = runner(ScriptedTimer())
    nonisolated(unsafe) var calls: UInt64 = 0
    runner.switchCount = {
      calls += 1
      return SwitchCount(voluntary: calls)
    }
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    let cpu = Int(chost_current_cpu())
    let cell = Cell(
      kernel: splitAdd, placement: placement, offset: placement == .aligned ? 0 : 60, cpu: cpu,
      lineState: state)
    let group = try CpuPin.pinned(to: cpu) {
      runner.measure(cell, in: memory, spot: 1, samples: 1, singles: 0, round: 0, sequence: 0)
    }
    #expect(group.disturbances.contains(.preempted) == isDisturbed)
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
      let faults = try #require(group.busLocksPerOperation)
      #expect(abs(faults) < 0.1, "nothing faults here, but for a page that is touched first")
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

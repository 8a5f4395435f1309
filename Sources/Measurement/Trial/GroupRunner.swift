import CHost
import LockKernels
import Machine

/// Measures one cell once: probes, warm-up, samples, singles, probes.
///
/// The calling thread must be pinned to the cell's CPU.
struct GroupRunner<Timer: KernelTimer> {
  var timer: Timer
  var rule: DisturbanceRule
  let policy: DetectionPolicy
  let ticksPerSecond: Double
  let pmu: PmuCounters?
  let otherCpu: Int?
  /// How split locks behave on this CPU, as far as known.
  var splitBehaviour: DoseResponse.Behaviour = .completed
  /// What Linux counts; tests replace it, since a busy machine preempts them.
  var switchCount = SwitchCount.now
  /// Blocks of the longer timing by cell, found at its first measurement.
  var blocks: [Cell: Int] = [:]

  init(
    timer: Timer, rule: DisturbanceRule, policy: DetectionPolicy, ticksPerSecond: Double,
    pmu: PmuCounters?, otherCpu: Int?
  ) {
    self.timer = timer
    self.rule = rule
    self.policy = policy
    self.ticksPerSecond = ticksPerSecond
    self.pmu = pmu
    self.otherCpu = otherCpu
  }

  /// Blocks of the shorter and the longer timing of a cell that takes bus locks.
  static var splitBlocks: (short: Int, long: Int) { (1, 3) }
  /// Operands of the shorter and the longer timing of a cell whose lines are prepared.
  static var walkCounts: (short: Int, long: Int) { (8, 24) }
  /// Singly timed operations a round where Linux delays each of them.
  private static var delayedSingles: Int { 3 }

  /// Bus locks that a group of `cell` takes with these numbers of samples and singles.
  func busLocks(of cell: Cell, samples: Int, singles: Int) -> Int {
    guard cell.takesBusLock else { return 0 }
    if splitBehaviour != .completed { return 1 + GroupRunner.delayedSingles }
    let slopes = samples + (pmu == nil ? 0 : 1)
    if cell.lineState != .hot {
      return slopes * (GroupRunner.walkCounts.short + GroupRunner.walkCounts.long)
    }
    let pair =
      (GroupRunner.splitBlocks.short + GroupRunner.splitBlocks.long)
      * Kernel.Functions.operationsPerBlock
    return 1 + slopes * pair + singles
  }

  /// - Parameters:
  ///   - samples: how many slopes to take.
  ///   - singles: how many operations to time one by one.
  ///   - spot: where in `memory` the operand lies.
  /// - Returns: the group; a trap or an unexplained delay is part of it.
  mutating func measure(
    _ cell: Cell, in memory: OperandMemory, spot: Int, samples: Int, singles: Int, round: Int,
    sequence: Int
  ) -> Group {
    var group = Group(round: round, sequence: sequence)
    let microsecond = ticksPerSecond / 1e6
    let switches = switchCount()
    let before = Probe.take(ticksPerMicrosecond: microsecond)
    var calls = CallLog()
    do throws(Trap) {
      if cell.takesBusLock && splitBehaviour != .completed {
        try measureTrapped(cell, memory, spot, &group)
      } else if cell.lineState == .hot {
        try measureHot(cell, memory, spot, samples, singles, &group, &calls)
      } else {
        try measurePrepared(cell, memory, spot, samples, &group, &calls)
      }
    } catch {
      group.trap = error
    }
    let after = Probe.take(ticksPerMicrosecond: microsecond)
    let now = switchCount()
    let isElsewhere = Int(chost_current_cpu()) != cell.cpu
    let preempted = now.wasPreempted(since: switches)
    // With a companion thread we sleep ourselves, in joining it.
    let slept = cell.lineState != .otherCpuModified && now.hasSlept(since: switches)
    // Measured code never asks to sleep: Linux delays a split lock so; of any other operation, somebody froze the process.
    let wasFrozen = slept && !cell.takesBusLock
    group.disturbances = rule.judge(
      before: before, after: after, preempted: preempted || wasFrozen || calls.migrated || isElsewhere)
    group.corePerTick = (before.corePerTick + after.corePerTick) / 2
    group.addsPerCycle = min(before.addsPerCycle, after.addsPerCycle)
    judgeDelays(calls, of: cell, preempted: preempted, slept: slept, &group)
    return group
  }

  /// What the timed calls of a group have to be watched for.
  struct CallLog {
    var lengths: [UInt64] = []
    var migrated = false

    mutating func note(_ call: TimedCall) {
      lengths.append(call.ticks)
      migrated = migrated || call.migrated
    }
  }

  private mutating func judgeDelays(
    _ calls: CallLog, of cell: Cell, preempted: Bool, slept: Bool, _ group: inout Group
  ) {
    let limit = DoseRamp.delay * ticksPerSecond
    let long = (calls.lengths + group.singles).filter { Double($0) > limit }
    // A thread that was only preempted lost its time to others; one that slept did so in a trap.
    guard let longest = long.max(), slept || !preempted else { return }
    group.delayedCalls = long.count
    guard cell.takesBusLock else { return }
    if policy.mayDelay {
      splitBehaviour = .delayed
    } else if Double(longest) / ticksPerSecond > Plan.unexplainedDelay {
      group.unexplainedDelay = Double(longest) / ticksPerSecond
    }
  }

  /// Where Linux delays or kills, a few single operations say all.
  private mutating func measureTrapped(
    _ cell: Cell, _ memory: OperandMemory, _ spot: Int, _ group: inout Group
  ) throws(Trap) {
    let operand = memory.address(cell.placement, offset: cell.offset, spot: spot)
    let count = splitBehaviour == .trapped ? 1 : GroupRunner.delayedSingles
    group.operations += count
    group.singles = try timer.singles(of: cell.kernel, at: operand, count: count)
  }

  func book(
    _ first: TimedCall, _ short: Int, _ second: TimedCall, _ long: Int, _ group: inout Group,
    _ calls: inout CallLog
  ) {
    calls.note(first)
    calls.note(second)
    group.samples.append(
      Sample(
        shortOperations: short, shortTicks: first.ticks, longOperations: long,
        longTicks: second.ticks))
    group.operations += short + long
    group.batchOperations += short + long
    group.batchTicks += first.ticks + second.ticks
  }

  /// The same slope in what the PMU counts; its time is not a sample, since counting disturbs it.
  func book(
    _ first: (call: TimedCall, count: PmuCounters.Count), _ short: Int,
    _ second: (call: TimedCall, count: PmuCounters.Count), _ long: Int, _ group: inout Group,
    _ calls: inout CallLog
  ) {
    calls.note(first.call)
    calls.note(second.call)
    group.operations += short + long
    func slope(_ counter: KeyPath<PmuCounters.Count, UInt64?>) -> Double? {
      guard let a = first.count[keyPath: counter], let b = second.count[keyPath: counter] else {
        return nil
      }
      return (Double(b) - Double(a)) / Double(long - short)
    }
    group.busLocksPerOperation = slope(\.busLocks)
    group.pmuCyclesPerOperation = slope(\.cycles)
  }
}

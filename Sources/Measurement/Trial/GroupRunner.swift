import CAtomics
import LockKernels
import Machine

/// Measures one cell once: probes, warm-up, samples, singles, probes.
///
/// The calling thread must be pinned to the cell's CPU.
struct GroupRunner<Timer: KernelTimer> {
  var timer: Timer
  let rule: DisturbanceRule
  let policy: DetectionPolicy
  let ticksPerSecond: Double
  let pmu: PmuCounters?
  let otherCpu: Int?
  /// Behaviour of split locks on this CPU, where the ramp has tried them.
  var splitBehaviour: DoseResponse.Behaviour = .completed
  /// Blocks of the longer timing by cell, found at its first measurement.
  private var blocks: [Cell: Int] = [:]

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

  /// Length of the longer timing of a cheap cell, in seconds.
  private static var batchSeconds: Double { 20e-6 }
  /// Blocks of the shorter and the longer timing of a cell that takes bus locks.
  private static var splitBlocks: (short: Int, long: Int) { (1, 3) }
  /// Operands of the shorter and the longer timing of a cell whose lines are prepared.
  static var walkCounts: (short: Int, long: Int) { (8, 24) }
  /// Singly timed operations a round where Linux delays each of them.
  private static var delayedSingles: Int { 3 }

  /// Bus locks that a group of `cell` takes with these numbers of samples and singles.
  func busLocks(of cell: Cell, samples: Int, singles: Int) -> Int {
    guard cell.takesBusLock else { return 0 }
    if cell.lineState != .hot {
      return samples * (GroupRunner.walkCounts.short + GroupRunner.walkCounts.long)
    }
    let pair =
      (GroupRunner.splitBlocks.short + GroupRunner.splitBlocks.long)
      * Kernel.Functions.operationsPerBlock
    return 1 + (samples + (pmu == nil ? 0 : 1)) * pair + singles
  }

  /// - Parameters:
  ///   - samples: how many slopes to take.
  ///   - singles: how many operations to time one by one.
  ///   - spot: where in `memory` the operand lies.
  /// - Throws: `UnexplainedDelay`. A trap is a result, not an error.
  mutating func measure(
    _ cell: Cell, in memory: OperandMemory, spot: Int, samples: Int, singles: Int, round: Int,
    sequence: Int
  ) throws(UnexplainedDelay) -> Group {
    var group = Group(round: round, sequence: sequence)
    let microsecond = ticksPerSecond / 1e6
    let switches = SwitchCount()
    let before = Probe.take(ticksPerMicrosecond: microsecond)
    var migrated = false
    do throws(Trap) {
      if cell.lineState == .hot {
        try measureHot(cell, memory, spot, samples, singles, &group, &migrated)
      } else {
        try measurePrepared(cell, memory, spot, samples, &group, &migrated)
      }
    } catch {
      group.trap = error
    }
    let after = Probe.take(ticksPerMicrosecond: microsecond)
    let preempted = SwitchCount().wasPreempted(since: switches)
    group.disturbances = rule.judge(
      before: before, after: after, preempted: preempted || migrated)
    group.corePerTick = (before.corePerTick + after.corePerTick) / 2
    try refuseUnexplained(group, cell: cell, preempted: preempted)
    return group
  }

  private mutating func measureHot(
    _ cell: Cell, _ memory: OperandMemory, _ spot: Int, _ samples: Int, _ singles: Int,
    _ group: inout Group, _ migrated: inout Bool
  ) throws(Trap) {
    let kernel = cell.kernel
    let operand = memory.address(cell.placement, offset: cell.offset, spot: spot)
    group.operations += 1
    _ = try timer.singles(of: kernel, at: operand, count: 1)  // Warms code, page and lines.
    if cell.takesBusLock, splitBehaviour != .completed {
      let count = splitBehaviour == .trapped ? 0 : GroupRunner.delayedSingles
      guard count > 0 else { return }
      group.operations += count
      group.singles = try timer.singles(of: kernel, at: operand, count: count)
      return
    }

    let loop =
      cell.between == .nothing ? kernel.functions.loop : kernel.functions.loopWithWork!
    let (short, long) = try batch(cell, loop, operand)
    for _ in 0..<samples {
      group.samples.append(
        try slope(loop, operand, short, long, Kernel.Functions.operationsPerBlock, &group, &migrated))
    }
    if let pmu { try count(loop, operand, short, long, pmu, &group) }
    if singles > 0, cell.between == .nothing {
      group.operations += singles
      group.singles = try timer.singles(of: kernel, at: operand, count: singles)
    }
  }

  /// Two lengths of the loop, in blocks.
  private mutating func batch(
    _ cell: Cell, _ loop: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer
  ) throws(Trap) -> (short: Int, long: Int) {
    if cell.takesBusLock { return GroupRunner.splitBlocks }
    if let long = blocks[cell] { return (long / 4, long) }
    var long = 4
    while Double(try timer.time(loop, operand, count: long, list: nil).ticks)
      < GroupRunner.batchSeconds * ticksPerSecond, long < 1 << 20
    {
      long *= 2
    }
    blocks[cell] = long
    return (long / 4, long)
  }

  private mutating func slope(
    _ function: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer,
    _ short: Int, _ long: Int, _ operationsPerCount: Int, _ group: inout Group,
    _ migrated: inout Bool
  ) throws(Trap) -> Sample {
    let first = try timer.time(function, operand, count: short, list: nil)
    let second = try timer.time(function, operand, count: long, list: nil)
    migrated = migrated || first.migrated || second.migrated
    let sample = Sample(
      shortOperations: short * operationsPerCount, shortTicks: first.ticks,
      longOperations: long * operationsPerCount, longTicks: second.ticks)
    book(sample, in: &group)
    return sample
  }

  private func book(_ sample: Sample, in group: inout Group) {
    group.operations += sample.shortOperations + sample.longOperations
    group.batchOperations += sample.shortOperations + sample.longOperations
    group.batchTicks += sample.shortTicks + sample.longTicks
  }

  /// The same slope once more, in what the PMU counts.
  private mutating func count(
    _ loop: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer, _ short: Int,
    _ long: Int, _ pmu: PmuCounters, _ group: inout Group
  ) throws(Trap) {
    let (_, first) = try pmu.counting { () throws(Trap) in
      try timer.time(loop, operand, count: short, list: nil)
    }
    let (_, second) = try pmu.counting { () throws(Trap) in
      try timer.time(loop, operand, count: long, list: nil)
    }
    group.operations += (short + long) * Kernel.Functions.operationsPerBlock
    let operations = Double((long - short) * Kernel.Functions.operationsPerBlock)
    if let a = first.busLocks, let b = second.busLocks {
      group.busLocksPerOperation = (Double(b) - Double(a)) / operations
    }
    if let a = first.cycles, let b = second.cycles {
      group.pmuCyclesPerOperation = (Double(b) - Double(a)) / operations
    }
  }

  /// Distinct operands whose lines are brought into the cell's state before each timing.
  private mutating func measurePrepared(
    _ cell: Cell, _ memory: OperandMemory, _ spot: Int, _ samples: Int, _ group: inout Group,
    _ migrated: inout Bool
  ) throws(Trap) {
    let counts = GroupRunner.walkCounts
    let site = PreparedOperands(cell: cell, memory: memory, spot: spot, count: counts.long)
    let failure: Trap? = site.withPreparation(
      otherCpu: otherCpu, deadlineTicks: UInt64(ticksPerSecond / 2)
    ) { prepare in
      do throws(Trap) {
        for _ in 0..<samples {
          guard prepare() else { return nil }
          let first = try walk(cell, site, counts.short)
          guard prepare() else { return nil }
          let second = try walk(cell, site, counts.long)
          migrated = migrated || first.migrated || second.migrated
          let sample = Sample(
            shortOperations: counts.short, shortTicks: first.ticks, longOperations: counts.long,
            longTicks: second.ticks)
          book(sample, in: &group)
          group.samples.append(sample)
        }
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private mutating func walk(
    _ cell: Cell, _ site: PreparedOperands, _ count: Int
  ) throws(Trap) -> TimedCall {
    var addresses = site.operands
    let function = cell.kernel.functions.walk
    var result: Result<TimedCall, Trap>?
    addresses.withUnsafeMutableBytes { list in
      do throws(Trap) {
        result = .success(
          try timer.time(function, site.template, count: count, list: list.baseAddress))
      } catch {
        result = .failure(error)
      }
    }
    return try result!.get()
  }

  private func refuseUnexplained(
    _ group: Group, cell: Cell, preempted: Bool
  ) throws(UnexplainedDelay) {
    guard cell.takesBusLock, !preempted, !policy.mayDelay else { return }
    let longest = max(
      group.singles.max() ?? 0, group.samples.map { max($0.shortTicks, $0.longTicks) }.max() ?? 0)
    let seconds = Double(longest) / ticksPerSecond
    if seconds > Plan.unexplainedDelay { throw UnexplainedDelay(seconds: seconds) }
  }
}

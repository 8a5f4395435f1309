import LockKernels

/// One measurement of a cell: all offenders at once, for a slice.
extension ScalingExperiment {
  /// Both halves of the operand count, so that a torn value shows.
  private static let addend: UInt64 = 0x1_0000_0001
  /// From the arrival of the last offender to the start of all, in seconds.
  private static let lead = 0.0002

  func measure(_ cell: ScalingCell, _ assistants: [Assistant]) throws -> ScalingOutcome {
    let lineBytes = machine.processor.lineBytes
    let hasReader = cell.arrangement == .plainReader || cell.arrangement == .lockedReader
    let offenders = hasReader ? 1 : cell.threads
    // Each operand of its own on the node of the CPU that works on it.
    let memories = try (0..<(cell.arrangement == .own ? offenders : 1)).map {
      try OperandMemory(pageCount: 4, cpu: plan.cpus[$0], lineBytes: lineBytes)
    }
    // Only threads, and raw pointers, use it from here on.
    defer { withExtendedLifetime(memories) {} }
    func operand(_ memory: OperandMemory, splits: Bool) -> UnsafeMutableRawPointer {
      memory.address(splits ? .lineSplit : .aligned, spot: 0)
    }
    let ticks = UInt64(clock.ticks(seconds: ScalingPlan.slice))
    let gate = StartGate()
    var outcome = ScalingOutcome()
    var operands: [UnsafeMutableRawPointer] = []
    var aggressions: [Aggression] = []
    for thread in 0..<offenders {
      let splits = cell.placement.isSplit && (cell.arrangement != .mixed || thread.isMultiple(of: 2))
      operands.append(operand(memories[cell.arrangement == .own ? thread : 0], splits: splits))
      outcome.splits.append(splits)
      aggressions.append(
        Aggression(
          on: assistants[thread], operand: operands[thread], period: 0, deadlineTicks: ticks, gate: gate,
          addend: ScalingExperiment.addend, batch: splits ? 1 : 16))
    }
    let reader =
      hasReader
      ? HalfReader(
        operand: operands[0], isLocked: cell.arrangement == .lockedReader, gate: gate, deadlineTicks: ticks)
      : nil
    let switches = SwitchCount.now()
    for aggression in aggressions { try aggression.begin() }
    if let reader { try assistants[1].begin { reader.run() } }
    // This thread leaves the CPUs to the offenders, which end by themselves.
    let isOpen = gate.open(
      for: offenders + (hasReader ? 1 : 0), lead: UInt64(clock.ticks(seconds: ScalingExperiment.lead)))
    sleepInterruptibly(seconds: ScalingExperiment.lead + ScalingPlan.slice)
    let reports = try aggressions.map { try $0.finish() }
    if let reader {
      try assistants[1].finish()
      (outcome.reads, outcome.tornReads) = (reader.reads, reader.torn)
    }
    outcome.operations = reports.map(\.operations)
    outcome.seconds = reports.map { clock.seconds(Double($0.lastTick &- $0.firstTick)) }
    outcome.trap = (reports.map(\.trap) + [reader?.trap]).lazy.compactMap { $0 }.first
    if cell.takesBusLocks {
      outcome.unexplainedDelay = reports.compactMap { $0.unexplainedDelay(clock) }.max()
    }
    let (first, last) = (reports.map(\.firstTick), reports.map(\.lastTick))
    outcome.windowTicks = last.max()! &- first.min()!
    let spread = max(first.max()! - first.min()!, last.max()! - last.min()!)
    outcome.isTogether =
      isOpen && reports.allSatisfy(\.wasOnItsCpu) && !SwitchCount.now().wasStopped(since: switches)
      && Double(spread) <= ScalingExperiment.spread * Double(ticks)
    if outcome.trap == nil {
      outcome.isSumRight = ScalingExperiment.sumsAreRight(operands, outcome.operations)
    }
    return outcome
  }

  /// Offenders that did not begin and end together, within this share of the slice, are not compared.
  private static let spread = 0.1

  /// Whether every operand holds the addend as often as operations were issued on it.
  static func sumsAreRight(_ operands: [UnsafeMutableRawPointer], _ operations: [Int]) -> Bool {
    let issued = Dictionary(zip(operands, operations), uniquingKeysWith: +)
    return issued.allSatisfy { operand, count in
      operand.loadUnaligned(as: UInt64.self) == UInt64(count) &* addend
    }
  }
}

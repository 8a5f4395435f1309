import CAtomics
import CHost
import LockKernels
import Machine

/// The experiment `scaling`: what happens as more offenders join, and whether their operations stay atomic.
public final class ScalingExperiment: CoursedExperiment {
  public let plan: ScalingPlan
  public private(set) var records: [ScalingRecord]
  public private(set) var roundsDone = 0
  public private(set) var course: ExperimentCourse
  private let seed: UInt64
  let machine: MachineReport
  private let ramps: SplitLockRamps
  public let clock: TscClock
  private let start: Double
  private var cost = DoseResponse.assumedSeconds

  public init(
    plan: ScalingPlan, seed: UInt64, machine: MachineReport, ramps: SplitLockRamps, clock: TscClock
  ) {
    self.plan = plan
    self.seed = seed
    self.machine = machine
    self.ramps = ramps
    self.clock = clock
    start = clock.elapsed()
    course = ExperimentCourse(budget: plan.budget)
    records = plan.cells.map(ScalingRecord.init)
  }

  /// Both halves of the operand count, so that a torn value shows.
  private static let addend: UInt64 = 0x1_0000_0001
  /// From the arrival of the last offender to the start of all, in seconds.
  private static let lead = 0.0002

  /// Measures until all rounds are done, the budget or the time is spent, or the user interrupts.
  public func run(
    progress: (Progress) -> Void, finishedRound: (ScalingExperiment) throws -> Void
  ) throws {
    try BusErrorGuard.installed { try measure(progress, finishedRound) }
  }

  private func measure(
    _ progress: (Progress) -> Void, _ finishedRound: (ScalingExperiment) throws -> Void
  ) throws {
    guard try prepare() else { return }
    let done: Void? = try withAssistants(on: plan.cpus) { assistants in
      while end == .finished, roundsDone < plan.rounds {
        guard roundsDone == 0 || clock.elapsed() - start < plan.wallLimit else {
          course.end = .wallLimit
          return
        }
        guard try measureRound(assistants) else { return }
        roundsDone += 1
        let share = Double(roundsDone) / Double(plan.rounds)
        progress(
          Progress(
            phase: "scaling, round \(roundsDone) of \(plan.rounds)", done: share,
            secondsLeft: (clock.elapsed() - start) / share * (1 - share)))
        try finishedRound(self)
      }
    }
    guard done != nil else {
      course.skip("scaling", "Linux refused a thread on one of the CPUs")
      return
    }
    course.noteUnmeasured(
      records.count { $0.operations == 0 && $0.trap == nil }, of: records.count, .scaling)
  }

  /// Tries split locks on every CPU; false if there is nothing to measure.
  private func prepare() throws -> Bool {
    for cpu in plan.cpus {
      course.heedInterrupt()
      guard end == .finished else { return false }
      guard let ramp = try ramps.ramp(on: cpu, clock: clock, budget: &course.budget) else {
        course.skip("scaling", ExperimentEnd.outOfBudget)
        return false
      }
      if let delay = ramp.unexplainedDelay {
        course.stop(delay)
        return false
      }
      guard ramp.isCompleted else {
        course.skip(
          "scaling", "Linux traps or delays split locks on CPU \(cpu): throughput would be its policy's")
        return false
      }
      cost = max(cost, ramp.cost(clock))
    }
    return true
  }

  private func measureRound(_ assistants: [Assistant]) throws -> Bool {
    var random = SeededGenerator(seed: seed &+ UInt64(roundsDone) &* 0x9E37_79B9)
    var measured = 0
    for index in records.indices.shuffled(using: &random) {
      course.heedInterrupt()
      guard end == .finished else { return false }
      let cell = records[index].cell
      let locked = cell.takesBusLocks ? ScalingPlan.lockedTime(threads: cell.threads, cost: cost) : 0
      // Operations that have begun at the deadline end one after the other: with many offenders that takes its time.
      guard locked <= min(Plan.longestBurst, budget.left) else { continue }
      sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
      let outcome = try measure(cell, assistants)
      records[index].add(outcome)
      measured += 1
      guard cell.takesBusLocks else { continue }
      let split = zip(outcome.operations, outcome.splits).filter(\.1).map(\.0).reduce(0, +)
      let lockedReads = cell.arrangement == .lockedReader ? outcome.reads : 0
      // Each operation was alone on the bus, or was not serialised and took no more.
      let most = clock.seconds(Double(outcome.windowTicks))
      course.budget.book(
        operations: split + lockedReads, cost: min(cost, most / Double(max(1, split + lockedReads))),
        at: clock.elapsed())
      course.stop(outcome.unexplainedDelay)
    }
    return measured > 0
  }

  private func measure(_ cell: ScalingCell, _ assistants: [Assistant]) throws -> ScalingOutcome {
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

/// Reads an operand while another thread adds to it.
private final class HalfReader: @unchecked Sendable {
  private let work: UnsafeMutablePointer<catomics_half_reading>
  private let gate: StartGate
  private let deadlineTicks: UInt64
  private let stopFlag: UnsafeMutablePointer<UInt32>
  private(set) var trap: Trap?

  init(operand: UnsafeMutableRawPointer, isLocked: Bool, gate: StartGate, deadlineTicks: UInt64) {
    self.gate = gate
    self.deadlineTicks = deadlineTicks
    stopFlag = .allocate(capacity: 1)
    stopFlag.initialize(to: 0)
    work = .allocate(capacity: 1)
    work.initialize(
      to: catomics_half_reading(
        operand: operand, is_locked: isLocked, start: 0, deadline: 0, stop: stopFlag, reads: 0, torn: 0))
  }

  deinit {
    work.deallocate()
    stopFlag.deallocate()
  }

  func run() {
    guard let start = gate.pass() else { return }
    (work.pointee.start, work.pointee.deadline) = (start, start + deadlineTicks)
    trap = BusErrorGuard.trap(catomics_read_halves, work)
  }

  var reads: Int { Int(work.pointee.reads) }
  var torn: Int { Int(work.pointee.torn) }
}

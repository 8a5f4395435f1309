import CAtomics
import CHost
import LockKernels
import Machine

/// The experiment `scaling`: what happens as more offenders join, and whether their operations stay atomic.
public final class ScalingExperiment {
  public let plan: ScalingPlan
  public private(set) var records: [ScalingRecord]
  public private(set) var roundsDone = 0
  public private(set) var end: ExperimentEnd = .finished
  public private(set) var unexplainedDelay: Double?
  public private(set) var skipped: [(what: String, reason: String)] = []
  public private(set) var budget: BusBudget
  private let seed: UInt64
  private let machine: MachineReport
  private let clock: TscClock
  private let start: Double
  private var cost = DoseResponse.assumedSeconds

  public init(plan: ScalingPlan, seed: UInt64, machine: MachineReport, clock: TscClock) {
    self.plan = plan
    self.seed = seed
    self.machine = machine
    self.clock = clock
    start = clock.elapsed()
    budget = BusBudget(limit: plan.budget)
    records = plan.cells.map(ScalingRecord.init)
  }

  /// Both halves of the operand count, so that a torn value shows.
  private static let addend: UInt64 = 0x1_0000_0001
  /// Offenders wait so long for each other, in seconds.
  private static let gate = 0.0002

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
          end = .wallLimit
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
    let unmeasured = records.count { $0.operations == 0 && $0.trap == nil }
    if done != nil, unmeasured > 0, end == .finished {
      skipped.append(("\(unmeasured) of \(records.count) cells of scaling", ExperimentEnd.outOfBudget))
    }
    if done == nil { skipped.append(("scaling", "Linux refused a thread on one of the CPUs")) }
  }

  private func prepare() throws -> Bool {
    let pair = RelatedPair(victim: plan.cpus[0], aggressor: plan.cpus[0], relation: .same)
    let ramp = try CpuPin.pinned(to: plan.cpus[0]) { try PairSite.climb(on: pair.aggressor, machine, clock) }
    if let ticks = ramp.nativeTicks { cost = clock.seconds(ticks) }
    budget.book(operations: ramp.operations, cost: cost, at: clock.elapsed())
    if let delay = ramp.unexplainedDelay {
      unexplainedDelay = delay
      end = .unexplainedDelay
      return false
    }
    guard ramp.behaviour == .completed else {
      skipped.append(("scaling", "Linux traps or delays split locks here: throughput would be its policy's"))
      return false
    }
    return true
  }

  private func measureRound(_ assistants: [Assistant]) throws -> Bool {
    var random = SeededGenerator(seed: seed &+ UInt64(roundsDone) &* 0x9E37_79B9)
    for index in records.indices.shuffled(using: &random) {
      if chost_interrupt_received() != 0 { end = .interrupted }
      guard end == .finished else { return false }
      let cell = records[index].cell
      guard !cell.takesBusLocks || budget.left >= 2 * ScalingPlan.slice else { return false }
      sleep(seconds: budget.rest(at: clock.elapsed()))
      let outcome = try measure(cell, assistants)
      records[index].add(outcome)
      guard cell.takesBusLocks else { continue }
      // Two that wait for each other hold the bus one after the other: together no longer than the slice, as a rule.
      let split = zip(outcome.operations, outcome.splits).filter(\.1).map(\.0).reduce(0, +)
      let lockedReads = cell.arrangement == .lockedReader ? outcome.reads : 0
      budget.book(operations: split + lockedReads, cost: cost, at: clock.elapsed())
    }
    return true
  }

  private func measure(_ cell: ScalingCell, _ assistants: [Assistant]) throws -> ScalingOutcome {
    let lineBytes = machine.processor.lineBytes
    let offset = Placement.lineSplit.typicalOffset(widthBytes: 8, lineBytes: lineBytes)!
    let memory = try OperandMemory(pageCount: cell.threads + 3, cpu: plan.cpus[0], lineBytes: lineBytes)
    let shared = memory.address(cell.placement, offset: cell.placement.isSplit ? offset : 0, spot: 0)
    let aligned = memory.address(.aligned, offset: 0, spot: 0)
    let begin = catomics_tsc() + UInt64(clock.ticks(seconds: ScalingExperiment.gate))
    let ticks = UInt64(clock.ticks(seconds: ScalingPlan.slice))
    let hasReader = cell.arrangement == .plainReader || cell.arrangement == .lockedReader
    let offenders = hasReader ? 1 : cell.threads

    var outcome = ScalingOutcome()
    var operands: [UnsafeMutableRawPointer] = []
    var aggressions: [Aggression] = []
    for thread in 0..<offenders {
      let splits = cell.placement.isSplit && (cell.arrangement != .mixed || thread.isMultiple(of: 2))
      let operand =
        switch cell.arrangement {
        case .own: memory.address(cell.placement, offset: cell.placement.isSplit ? offset : 0, spot: thread)
        case .mixed: splits ? shared : aligned
        case .shared, .plainReader, .lockedReader: shared
        }
      operands.append(operand)
      outcome.splits.append(splits)
      aggressions.append(
        Aggression(
          on: assistants[thread], operand: operand, period: 0, deadlineTicks: ticks, start: begin,
          addend: ScalingExperiment.addend, batch: 16))
    }
    let reader =
      hasReader
      ? HalfReader(operand: shared, isLocked: cell.arrangement == .lockedReader, deadline: begin + ticks)
      : nil
    for aggression in aggressions { aggression.begin() }
    if let reader { assistants[1].begin { reader.run() } }
    // Leaves the CPUs to the offenders, which end by themselves.
    sleep(seconds: ScalingExperiment.gate + ScalingPlan.slice)
    let reports = aggressions.map { $0.finish() }
    if let reader {
      assistants[1].finish()
      (outcome.reads, outcome.tornReads) = (reader.reads, reader.torn)
    }
    outcome.operations = reports.map(\.operations)
    outcome.seconds = reports.map { clock.seconds(Double($0.lastTick &- $0.firstTick)) }
    outcome.trap = (reports.map(\.trap) + [reader?.trap]).lazy.compactMap { $0 }.first
    if outcome.trap == nil {
      outcome.isSumRight = ScalingExperiment.sumsAreRight(operands, outcome.operations)
    }
    return outcome
  }

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
  private let stopFlag: UnsafeMutablePointer<UInt32>
  private(set) var trap: Trap?

  init(operand: UnsafeMutableRawPointer, isLocked: Bool, deadline: UInt64) {
    stopFlag = .allocate(capacity: 1)
    stopFlag.initialize(to: 0)
    work = .allocate(capacity: 1)
    work.initialize(
      to: catomics_half_reading(
        operand: operand, is_locked: isLocked, deadline: deadline, stop: stopFlag, reads: 0, torn: 0))
  }

  deinit {
    work.deallocate()
    stopFlag.deallocate()
  }

  func run() {
    let result = chost_guard(catomics_read_halves, work)
    if result.signal != 0 { trap = Trap(code: result.code, trapNumber: result.trap_number) }
  }

  var reads: Int { Int(work.pointee.reads) }
  var torn: Int { Int(work.pointee.torn) }
}

import CHost
import LockKernels
import Machine

/// Learns of each round as it ends, so that what was measured is on disk before the next begins.
public protocol CostObserver {
  /// - Parameter groups: what the round gave, in order of measurement, with the number of the cell.
  mutating func finishedRound(
    _ experiment: CostExperiment, groups: [(cell: Int, group: Group)]
  ) throws
  /// Called between cells.
  mutating func advanced(_ progress: CostProgress)
}

/// How far a run is.
public struct CostProgress: Sendable {
  public var phase: String
  /// Share of the work done, 0 to 1.
  public var done: Double
  public var secondsLeft: Double
}

/// The experiment `cost`: what each kernel costs at each placement.
public final class CostExperiment {
  public enum End: String, Sendable, Codable {
    case finished
    case interrupted
    /// The plan's wall time ran out before all rounds were done.
    case wallLimit = "wall-limit"
  }

  public let plan: Plan
  public let seed: UInt64
  public let machine: MachineReport
  public private(set) var clock: TscClock
  public let timerCost: TimerCost
  /// Core cycles of the loop's own instructions for each operation, were they not overlapped at all.
  public let loopOverheadBound: Double
  public private(set) var rule: DisturbanceRule?
  public private(set) var records: [CellRecord]
  public private(set) var budget: BusBudget
  public private(set) var doseResponses: [String: DoseResponse] = [:]
  public private(set) var memoryShortcomings: Set<OperandMemory.Shortcoming> = []
  public private(set) var roundsDone = 0
  private var longestRound = 0.0
  public private(set) var end: End = .finished
  /// Groups of samples that each disturbance was found in, of all groups measured.
  public private(set) var disturbanceCounts: [Disturbance: Int] = [:]
  private var disturbedGroups = 0
  private var frequencies: [Double] = []

  private var runners: [Int: GroupRunner<GuardedTimer>] = [:]
  private var nativeTicks: [Cell: Double] = [:]
  private var sequence = 0
  private let lineBytes: Int
  private let otherCpus: [Int: Int]
  private static let pages = 34

  /// - Parameter otherCpus: by measuring CPU, the CPU that modifies its lines.
  public init(
    plan: Plan, cells: [Cell], planner: CellPlanner, seed: UInt64, machine: MachineReport,
    otherCpus: [Int: Int]
  ) {
    self.plan = plan
    self.seed = seed
    self.machine = machine
    self.otherCpus = otherCpus
    lineBytes = planner.lineBytes
    records = cells.enumerated().map {
      CellRecord(cell: $1, index: $0, isHeadline: planner.isHeadline($1))
    }
    budget = BusBudget(limit: plan.budget)
    clock = TscClock()
    timerCost = TimerCost.measure()
    loopOverheadBound = LoopOverhead.coreCyclesPerOperation()
  }

  /// Measures until all rounds are done, the budget or the time is spent, or the user interrupts.
  ///
  /// Changes nothing but the calling thread's CPU mask, which it puts back, and SIGBUS's handler, likewise.
  public func run<Observer: CostObserver>(_ observer: inout Observer) throws {
    guard chost_guard_install() == 0 else { throw GuardFailure() }
    defer { chost_guard_remove() }
    observer.advanced(CostProgress(phase: "dose ramp", done: 0, secondsLeft: plan.wallLimit))
    for cpu in cpus { try CpuPin.pinned(to: cpu) { try prepare(cpu) } }

    while shouldContinue() { try measureRound(&observer) }
  }

  private var cpus: [Int] {
    var seen: Set<Int> = []
    return records.map(\.cell.cpu).filter { seen.insert($0).inserted }
  }

  private func shouldContinue() -> Bool {
    if chost_interrupt_received() != 0 { end = .interrupted }
    guard end == .finished else { return false }
    let hasTime = clock.elapsed() + longestRound < plan.wallLimit
    if roundsDone < plan.rounds {
      if !hasTime && roundsDone > 0 { end = .wallLimit }
      return end == .finished
    }
    return hasTime && plan.mayExtend && hasUnfinishedHeadlines
  }

  // MARK: Preparation

  private func prepare(_ cpu: Int) throws {
    let microsecond = clock.ticks(seconds: 1e-6)
    let rule = self.rule ?? DisturbanceRule.learned(ticksPerMicrosecond: microsecond)
    self.rule = rule
    let pmu = machine.topology.cpu(cpu).flatMap {
      PmuCounters(Pmu(cpu: $0, processor: machine.processor, files: .live))
    }
    var runner = GroupRunner(
      timer: GuardedTimer(), rule: rule, policy: machine.policy,
      ticksPerSecond: clock.ticks(seconds: 1), pmu: pmu, otherCpu: otherCpus[cpu])

    let memory = try freshMemory(cpu)
    let ramp = DoseRamp(
      policy: machine.policy, timerTicks: timerCost.medianTicks,
      ticksPerSecond: clock.ticks(seconds: 1))
    for placement in [Placement.lineSplit, .pageSplit]
    where records.contains(where: { $0.cell.cpu == cpu && $0.cell.placement == placement && $0.cell.takesBusLock }) {
      let kernel = Kernel(.add, widthBytes: 8, locked: true)!
      let offset = placement.typicalOffset(widthBytes: 8, lineBytes: lineBytes)!
      let response = try ramp.climb(
        &runner.timer, kernel: kernel, operand: memory.address(placement, offset: offset, spot: 0))
      let native = response.nativeTicks ?? clock.ticks(seconds: 1e-6)
      doseResponses["\(cpu)/\(placement.rawValue)"] = response
      budget.book(operations: response.operations, cost: clock.seconds(native), at: clock.elapsed())
      for record in records where record.cell.cpu == cpu && record.cell.placement == placement {
        nativeTicks[record.cell] = native
      }
      if response.behaviour != .completed { runner.splitBehaviour = response.behaviour }
    }
    runners[cpu] = runner
  }

  private func freshMemory(_ cpu: Int) throws -> OperandMemory {
    let memory = try OperandMemory(
      pageCount: CostExperiment.pages, cpu: cpu, lineBytes: lineBytes)
    memoryShortcomings.formUnion(memory.shortcomings)
    return memory
  }

  // MARK: Rounds

  private var previousMemory: [Int: OperandMemory] = [:]

  /// One pass over all cells in fresh random order on fresh memory, CPU by CPU.
  private func measureRound<Observer: CostObserver>(_ observer: inout Observer) throws {
    let start = clock.elapsed()
    var random = SeededGenerator(seed: seed &+ UInt64(roundsDone) &* 0x9E37_79B9)
    var groups: [(cell: Int, group: Group)] = []
    let allowance = Allowance(
      cells: records.filter { !$0.isHeadline }.map(\.cell), seconds: budgetShare,
      costs: seconds(ofOne:))
    for cpu in cpus.shuffled(using: &random) {
      try CpuPin.pinned(to: cpu) {
        // The last round's memory is freed only now, so this round's lies on other pages.
        let memory = try freshMemory(cpu)
        previousMemory[cpu] = memory
        let order = visits(on: cpu).shuffled(using: &random)
        for (position, index) in order.enumerated() {
          if chost_interrupt_received() != 0 { return }
          report(&observer, share: Double(position) / Double(order.count))
          let spot = Int.random(in: 0..<(1 << 30), using: &random)
          if let group = try measure(index, memory, spot, roundsDone, allowance, &random) {
            groups.append((index, group))
          }
        }
      }
    }
    clock.update()
    roundsDone += 1
    try observer.finishedRound(self, groups: groups)
    longestRound = max(longestRound, clock.elapsed() - start)
  }

  /// Each cell of the CPU once, headline cells several times.
  private func visits(on cpu: Int) -> [Int] {
    records.indices.filter { records[$0].cell.cpu == cpu }.flatMap {
      Array(repeating: $0, count: records[$0].isHeadline ? plan.headlineVisits : 1)
    }
  }

  private func measure(
    _ index: Int, _ memory: OperandMemory, _ spot: Int, _ round: Int, _ allowance: Allowance,
    _ random: inout SeededGenerator
  ) throws(UnexplainedDelay) -> Group? {
    let record = records[index]
    let cell = record.cell
    guard var runner = runners[cell.cpu], record.traps.count < CostExperiment.trapsToBeSure else { return nil }
    var counts = (samples: plan.samplesPerRound, singles: 0)
    if cell.takesBusLock {
      guard
        let granted = grant(record, runner, allowance, draw: Double.random(in: 0..<1, using: &random))
      else { return nil }
      counts = granted
      sleep(seconds: budget.rest(at: clock.elapsed()))
    }
    let group = try runner.measure(
      cell, in: memory, spot: spot, samples: counts.samples, singles: counts.singles,
      round: round, sequence: sequence)
    sequence += 1
    runners[cell.cpu] = runner
    note(group)
    records[index].add(group, delayTicks: delayTicks)
    if cell.takesBusLock {
      if let median = group.medianTicks, runner.splitBehaviour == .completed {
        nativeTicks[cell] = median
      }
      budget.book(operations: group.operations, cost: seconds(ofOne: cell), at: clock.elapsed())
    }
    return group
  }

  private func note(_ group: Group) {
    frequencies.append(group.corePerTick)
    if !group.disturbances.isEmpty { disturbedGroups += 1 }
    for disturbance in group.disturbances { disturbanceCounts[disturbance, default: 0] += 1 }
  }

  /// Share of the groups of samples that were disturbed, 0 to 1.
  public var disturbedShare: Double {
    frequencies.isEmpty ? 0 : Double(disturbedGroups) / Double(frequencies.count)
  }

  /// The 5th and the 95th percentile of core cycles a TSC tick.
  public var frequencyRange: (low: Double, high: Double)? {
    let sorted = frequencies.sorted()
    guard let low = Order.quantile(0.05, ofSorted: sorted),
      let high = Order.quantile(0.95, ofSorted: sorted)
    else { return nil }
    return (low, high)
  }

  /// So many traps settle that a cell traps.
  private static let trapsToBeSure = 3

  /// How much a cell that takes bus locks may do now; nil if it has to sit this round out.
  private func grant(
    _ record: CellRecord, _ runner: GroupRunner<GuardedTimer>, _ allowance: Allowance, draw: Double
  ) -> (samples: Int, singles: Int)? {
    let cell = record.cell
    let singles = cell.lineState == .hot && cell.between == .nothing ? plan.singlesPerRound : 0
    let cost = seconds(ofOne: cell)
    let least = runner.busLocks(of: cell, samples: 1, singles: 0)
    var operations = budget.burst(ofCost: cost)
    if record.isHeadline {
      // One sample a visit: many visits say more than many samples.
      operations = min(operations, plan.headlineBusLocks - record.busLocks, least + singles)
    } else if let share = allowance.operations(of: cell) {
      // A share too small for one sample is saved up: the cell is measured in some rounds only.
      operations = min(operations, share >= Double(least) ? Int(share) : draw < share / Double(least) ? least : 0)
    }
    guard operations >= least else { return nil }
    for samples in stride(from: plan.samplesPerRound, through: 1, by: -1) {
      for singles in [singles, singles / 2, 0]
      where runner.busLocks(of: cell, samples: samples, singles: singles) <= operations {
        return (samples, singles)
      }
    }
    return nil
  }

  /// Locked seconds that the next round may spend on cells that are not headlines.
  private var budgetShare: Double {
    let reserved = records.filter { $0.isHeadline && $0.cell.takesBusLock }.reduce(0.0) {
      $0 + Double(max(0, plan.headlineBusLocks - $1.busLocks)) * seconds(ofOne: $1.cell)
    }
    let free = max(0, budget.left - min(reserved, budget.limit * CostExperiment.headlineShare))
    return free / Double(max(1, expectedRounds - roundsDone))
  }

  /// Rounds that the budget has to last for.
  private var expectedRounds: Int {
    guard plan.mayExtend, roundsDone > 0, longestRound > 0 else { return plan.rounds }
    let fitting = roundsDone + Int((plan.wallLimit - clock.elapsed()) / longestRound)
    return max(plan.rounds, fitting)
  }

  /// The largest part of the budget kept for headline cells.
  private static let headlineShare = 0.3

  /// Native cost of one operation, as far as known, in seconds.
  private func seconds(ofOne cell: Cell) -> Double { clock.seconds(nativeTicks[cell] ?? 0) }

  private var delayTicks: Double { clock.ticks(seconds: DoseRamp.delay) }

  // MARK: Headlines

  /// Whether a headline cell is neither precise enough nor out of bus locks.
  private var hasUnfinishedHeadlines: Bool {
    records.contains { record in
      guard record.isHeadline, record.traps.count < CostExperiment.trapsToBeSure else { return false }
      if record.cell.takesBusLock, let runner = runners[record.cell.cpu],
        grant(record, runner, Allowance.unlimited, draw: 0) == nil
      {
        return false
      }
      return (record.ticks?.relativeHalfWidth).map { $0 > plan.headlinePrecision } ?? true
    }
  }

  /// How precise each headline cell became.
  public var headlines: [Headline] {
    records.filter(\.isHeadline).map { record in
      let width = record.ticks?.relativeHalfWidth
      return Headline(
        cell: record.index, busLocks: record.busLocks, relativeHalfWidth: width,
        reached: width.map { $0 <= plan.headlinePrecision } ?? false)
    }
  }

  /// Whether a headline cell reached the plan's precision, or ended with its share of the budget and the time.
  public struct Headline: Sendable, Codable {
    public var cell: Int
    public var busLocks: Int
    public var relativeHalfWidth: Double?
    public var reached: Bool
  }

  private func report<Observer: CostObserver>(_ observer: inout Observer, share: Double) {
    let elapsed = clock.elapsed()
    let rounds = max(plan.rounds, roundsDone + 1)
    let done = (Double(roundsDone) + share) / Double(rounds)
    let left = done > 0.01 ? elapsed / done * (1 - done) : plan.wallLimit
    let isExtended = roundsDone >= plan.rounds
    observer.advanced(
      CostProgress(
        phase: isExtended ? "round \(roundsDone + 1), for precision" : "round \(roundsDone + 1) of \(plan.rounds)",
        done: isExtended ? elapsed / plan.wallLimit : done,
        secondsLeft: isExtended ? plan.wallLimit - elapsed : min(left, plan.wallLimit - elapsed)))
  }

  /// The estimates so far, one row a measured cell, in the order of the plan.
  public func rows() -> [CostRow] {
    let byCell = Dictionary(uniqueKeysWithValues: records.map { ($0.cell, $0) })
    return records.filter(\.isMeasured).map {
      CostRow($0, aligned: byCell[$0.cell.aligned], clock: clock)
    }
  }
}

/// Locked time of one round, shared equally between the cells that take bus locks.
struct Allowance {
  private let secondsPerCell: Double?
  private let cost: (Cell) -> Double

  static var unlimited: Allowance { Allowance(cells: [], seconds: nil) { _ in 0 } }

  init(cells: [Cell], seconds: Double?, costs: @escaping (Cell) -> Double) {
    let sharers = cells.count { $0.takesBusLock }
    secondsPerCell = sharers > 0 ? seconds.map { $0 / Double(sharers) } : nil
    cost = costs
  }

  /// Operations that a cell may do; nil for no bound.
  func operations(of cell: Cell) -> Double? {
    let one = cost(cell)
    return one > 0 ? secondsPerCell.map { $0 / one } : nil
  }
}

/// SIGBUS could not be caught, so nothing was measured.
public struct GuardFailure: Error, CustomStringConvertible, Sendable {
  public var description: String { "cannot install a SIGBUS handler: sigaction failed" }
}

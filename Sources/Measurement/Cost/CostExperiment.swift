import CHost
import LockKernels
import Machine

/// The experiment `cost`: what each kernel costs at each placement.
public final class CostExperiment {
  public let plan: Plan
  public let seed: UInt64
  public let machine: MachineReport
  public private(set) var clock = TscClock()
  public private(set) var records: [CellRecord]
  public private(set) var tally = DisturbanceTally()
  public private(set) var roundsDone = 0
  /// What the last round gave, in order of measurement, with the number of the cell.
  public private(set) var groups: [(cell: Int, group: Group)] = []
  public private(set) var end: ExperimentEnd = .finished
  /// Length in seconds of the operation that ended the run.
  public private(set) var unexplainedDelay: Double?
  /// Clock ticks of the measuring CPUs that a hypervisor withheld during the rounds; nil if /proc/stat is unreadable.
  public private(set) var stolenTicks: UInt64?

  /// SMIs on the measuring CPUs during the rounds; nil where MSR 0x34 cannot be read.
  public private(set) var smis: UInt64?

  private(set) var cpus: [Int: MeasuringCpu] = [:]
  private var quota: SplitLockQuota
  private var sequence = 0
  private(set) var longestRound = 0.0
  private let lineBytes: Int
  private let otherCpus: [Int: Int]

  public var budget: BusBudget { quota.budget }

  public init(_ design: CostDesign, on bench: Bench) {
    (plan, otherCpus, lineBytes) = (design.plan, design.otherCpus, design.planner.lineBytes)
    (seed, machine) = (bench.seed, bench.machine)
    let headlines = design.planner.headlines(among: design.cells)
    records = design.cells.enumerated().map {
      CellRecord(cell: $1, index: $0, isHeadline: headlines.contains($1))
    }
    quota = SplitLockQuota(plan: plan)
  }

  /// Measures until all rounds are done, the budget or the time is spent, or the user interrupts.
  ///
  /// Changes nothing but the calling thread's CPU mask, which it puts back, and SIGBUS's handler, likewise.
  public func run(progress: (Progress) -> Void, finishedRound: (CostExperiment) throws -> Void) throws {
    try BusErrorGuard.installed { try measure(progress, finishedRound) }
  }

  private func measure(
    _ report: (Progress) -> Void, _ finishedRound: (CostExperiment) throws -> Void
  ) throws {
    report(Progress(phase: "cost, dose ramp", done: 0, secondsLeft: plan.wallLimit))
    for cpu in measuringCpus { try CpuPin.pinned(to: cpu) { try prepare(cpu) } }
    let smisBefore = smiCounts()
    let stolenBefore = CpuTimes.stolenTicks(.live, cpus: measuringCpus)
    while shouldContinue() {
      let began = clock.elapsed()
      try measureRound(report)
      try finishedRound(self)
      longestRound = max(longestRound, clock.elapsed() - began)
      stolenTicks = stolenBefore.flatMap { before in
        CpuTimes.stolenTicks(.live, cpus: measuringCpus).map { $0 > before ? $0 - before : 0 }
      }
      smis = smisBefore.flatMap { before in smiCounts().map { $0 &- before } }
    }
  }

  private func smiCounts() -> UInt64? {
    let counts = measuringCpus.map { SmiCount.read(cpu: $0, processor: machine.processor, files: .live) }
    return counts.allSatisfy { $0 != nil } ? counts.reduce(0) { $0 + $1! } : nil
  }

  /// The CPUs that measure, in the order of the cells.
  public var measuringCpus: [Int] {
    var seen: Set<Int> = []
    return records.map(\.cell.cpu).filter { seen.insert($0).inserted }
  }

  private func shouldContinue() -> Bool {
    if chost_interrupt_received() != 0, end == .finished { end = .interrupted }
    guard end == .finished else { return false }
    let hasTime = clock.elapsed() + longestRound < plan.wallLimit
    if roundsDone < plan.rounds {
      if !hasTime && roundsDone > 0 { end = .wallLimit }
      return end == .finished
    }
    return hasTime && roundsDone < plan.mostRounds && hasUnfinishedHeadlines
  }

  // MARK: Preparation

  private func prepare(_ id: Int) throws {
    let cpu = MeasuringCpu(
      id: id, machine: machine, clock: clock, otherCpu: otherCpus[id], lineBytes: lineBytes)
    cpus[id] = cpu
    for placement in [Placement.lineSplit, .pageSplit] where end == .finished {
      guard
        records.contains(where: {
          $0.cell.cpu == id && $0.cell.placement == placement && $0.cell.takesBusLock
        })
      else { continue }
      let response = try cpu.climb(placement)
      let native = response.nativeTicks.map(clock.seconds) ?? DoseResponse.assumedSeconds
      quota.learnFirst(cpu: id, placement: placement, seconds: native)
      quota.book(operations: response.operations, cost: native, at: clock.elapsed())
      stop(response.unexplainedDelay)
    }
  }

  private func stop(_ delay: Double?) {
    guard let delay else { return }
    unexplainedDelay = delay
    end = .unexplainedDelay
  }

  // MARK: Rounds

  /// One pass over the round's cells in fresh random order on fresh memory, CPU by CPU.
  private func measureRound(_ report: (Progress) -> Void) throws {
    var random = SeededGenerator(seed: seed, round: roundsDone)
    groups = []
    let members = members(&random)
    quota.beginRound(records, roundsLeft: roundsAhead)
    for id in measuringCpus.shuffled(using: &random) {
      try CpuPin.pinned(to: id) {
        let cpu = cpus[id]!
        let memory = try cpu.freshMemory()
        cpu.updateRule()
        let order = visits(on: id, of: members).shuffled(using: &random)
        for (position, index) in order.enumerated() {
          if chost_interrupt_received() != 0 || end != .finished { return }
          // Where Linux delays every operation a round could last for minutes.
          if clock.elapsed() > plan.wallLimit, !isExtended { end = .wallLimit }
          report(progress(share: Double(position) / Double(order.count)))
          if let group = measure(index, on: cpu, memory, &random) { groups.append((index, group)) }
        }
      }
    }
    clock.update()
    roundsDone += 1
  }

  private func measure(
    _ index: Int, on cpu: MeasuringCpu, _ memory: OperandMemory, _ random: inout SeededGenerator
  ) -> Group? {
    // Drawn for every cell, so that the order of the others does not depend on what one of them did.
    let (spot, draw) = (
      Int.random(in: 0..<(1 << 30), using: &random), Double.random(in: 0..<1, using: &random)
    )
    let cell = records[index].cell
    guard !records[index].isSettledAsTrapped else { return nil }
    var counts = (samples: plan.samplesPerVisit, singles: 0)
    if cell.takesBusLock {
      if canWait(records[index]), !cpu.isCalm() { return nil }
      guard cpu.runner.splitBehaviour == .completed || cell.lineState == .hot && cell.between == .nothing
      else {
        records[index].satOut = "Linux traps or delays split locks, which leaves no line in a prepared state"
        return nil
      }
      guard let granted = grant(records[index], on: cpu, draw: draw) else {
        records[index].satOut = "no share of the budget of locked time was left"
        return nil
      }
      counts = (samples: 1, singles: granted)
      sleepInterruptibly(seconds: quota.budget.rest(at: clock.elapsed()))
    }
    let group = cpu.runner.measure(
      cell, in: memory, spot: spot, samples: counts.samples, singles: counts.singles,
      round: roundsDone, sequence: sequence)
    sequence += 1
    take(group, index, cpu)
    return group
  }

  private func take(_ group: Group, _ index: Int, _ cpu: MeasuringCpu) {
    tally.add(group)
    cpu.note(group)
    records[index].add(group)
    if !group.isPrepared { records[index].satOut = "the other CPU did not answer in time" }
    let cell = records[index].cell
    guard cell.takesBusLock else { return }
    if let ticks = group.medianTicks, group.disturbances.isEmpty, group.delayedCalls == 0 {
      quota.learn(cell, seconds: clock.seconds(ticks))
    }
    quota.book(operations: group.operations, cost: quota.cost(of: cell), at: clock.elapsed())
    stop(group.unexplainedDelay)
  }

  func grant(_ record: CellRecord, on cpu: MeasuringCpu, draw: Double) -> Int? {
    quota.grant(record, draw: draw) {
      cpu.runner.busLocks(of: record.cell, samples: 1, singles: $0)
    }
  }

  /// The estimates so far, in the order of the plan: a row for each cell with a timing, which samples refer to, or a trap.
  public func rows() -> [CostRow] {
    let byCell = Dictionary(uniqueKeysWithValues: records.map { ($0.cell, $0) })
    return records.filter { $0.isMeasured || $0.isTimed }.map {
      CostRow(
        $0, aligned: byCell[$0.cell.aligned], clock: clock,
        linuxTraps: !machine.policy.leavesAlone && machine.policy.mode != .unknown)
    }
  }
}

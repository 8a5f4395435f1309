import LockKernels
import Machine

/// The experiment `bystander`: who else is slowed by split locks, and at which rate of them.
public final class BystanderExperiment: CoursedExperiment {
  public let plan: BystanderPlan
  public let seed: UInt64
  public internal(set) var records: [BystanderRecord]
  public private(set) var roundsDone = 0
  public internal(set) var course: ExperimentCourse
  /// What was found out of each pair before anything was measured with it.
  public private(set) var sites: [PairSite] = []

  let machine: MachineReport
  private let ramps: SplitLockRamps
  public private(set) var clock = TscClock()
  private(set) var memories: [Int: VictimMemory] = [:]
  private(set) var indexByCell: [BystanderCell: Int] = [:]
  /// Of the last round.
  public internal(set) var slices: [SliceSample] = []
  private var longestRound = 0.0

  public init(_ plan: BystanderPlan, on bench: Bench) {
    (self.plan, seed, machine, ramps) = (plan, bench.seed, bench.machine, bench.ramps)
    course = ExperimentCourse(plan.share, at: clock.elapsed())
    records = plan.cells.map(BystanderRecord.init)
    for (index, record) in records.enumerated() { indexByCell[record.cell] = index }
  }

  /// Shortcomings of the victims' memory.
  public var memoryShortcomings: Set<VictimMemory.Shortcoming> {
    memories.values.reduce(into: []) { $0.formUnion($1.shortcomings) }
  }

  /// Bytes of the working sets, by victim CPU.
  public var victimSizes: [Int: VictimMemory.Sizes] { memories.mapValues(\.sizes) }

  public func run(
    progress: (Progress) -> Void, finishedRound: (BystanderExperiment) throws -> Void
  ) throws {
    try BusErrorGuard.installed { try measure(progress, finishedRound) }
  }

  private func measure(
    _ progress: (Progress) -> Void, _ finishedRound: (BystanderExperiment) throws -> Void
  ) throws {
    progress(Progress(phase: "bystander: victims' memory", done: 0, secondsLeft: plan.share.wallLimit))
    try prepare()
    defer {
      if !sites.isEmpty {
        course.noteUnmeasured(
          records.count { $0.rounds.isEmpty && $0.trap == nil }, of: records.count, .bystander)
      }
    }
    while end == .finished, roundsDone < plan.share.rounds, !sites.isEmpty {
      guard elapsed + longestRound < plan.share.wallLimit || roundsDone == 0 else {
        course.end = .wallLimit
        break
      }
      let began = elapsed
      slices = []
      let isWhole = try measureRound(progress)
      clock.update()
      if isWhole { roundsDone += 1 }
      try finishedRound(self)
      longestRound = max(longestRound, elapsed - began)
      if !isWhole { break }
    }
  }

  private var elapsed: Double { course.elapsed(at: clock.elapsed()) }

  // MARK: Preparation

  private func prepare() throws {
    for pair in plan.pairs where end == .finished {
      course.heedInterrupt()
      guard elapsed < plan.share.wallLimit || sites.isEmpty else {
        skip(pair, "the time was used up")
        continue
      }
      switch try PairSite.prepared(pair, ramps: ramps, clock: clock, budget: &course.budget) {
      case .success(let site): sites.append(site)
      case .failure(let refusal):
        skip(pair, refusal.reason)
        if case .unexplained(let delay) = refusal { course.stop(delay) }
      }
    }
    for site in sites where end == .finished && memories[site.pair.victim] == nil {
      try makeMemory(site.pair.victim)
    }
  }

  private func skip(_ pair: RelatedPair, _ reason: String) {
    course.skip("bystander on CPU \(pair.victim) beside CPU \(pair.aggressor)", reason)
  }

  private func makeMemory(_ cpu: Int) throws {
    guard let described = machine.topology.cpu(cpu) else { return }
    let victims = Set(sites.map(\.pair.victim)).count
    memories[cpu] = try VictimMemory.near(described, amongVictims: victims, node: plan.victimNode, seed: seed)
  }

  // MARK: Rounds

  /// Every victim of every pair once, in fresh random order. False if the budget, the time or the user ended it early.
  private func measureRound(_ progress: (Progress) -> Void) throws -> Bool {
    var random = SeededGenerator(seed: seed, round: roundsDone)
    let visits = sites.indices.flatMap { site in plan.victims.map { (site, $0) } }.shuffled(using: &random)
    var visited = 0
    for (position, (site, victim)) in visits.enumerated() {
      course.heedInterrupt()
      guard end == .finished else { return false }
      let done = (Double(roundsDone) + Double(position) / Double(visits.count)) / Double(plan.share.rounds)
      let share = max(done, elapsed / plan.share.wallLimit, budget.spent / budget.limit)
      progress(
        Progress(
          phase: "bystander, round \(roundsDone + 1)", done: share,
          secondsLeft: share > 0.02
            ? min(plan.share.wallLimit, elapsed / share) * (1 - share) : plan.share.wallLimit))
      // What the budget no longer allows of a dear victim, it may of a cheap one.
      if try visit(sites[site], victim, &random) { visited += 1 }
    }
    return visited > 0
  }

  /// One victim beside all its aggressors; false if the budget does not allow that.
  private func visit(_ site: PairSite, _ victim: Victim, _ random: inout SeededGenerator) throws -> Bool {
    let cost = max(site.cost(clock), site.victimRamp.cost(clock))
    let cells = plan.cells(site.pair, victim).filter {
      // Where an operation takes long, a triple may be longer than a burst may be: not even one is issued.
      BystanderPlan.lockedTime($0, cost: cost) <= Plan.longestBurst
    }
    let needed = cells.reduce(0) { $0 + BystanderPlan.lockedTime($1, cost: cost) }
    // An aggressor that waits for a victim which was held up takes more than was planned.
    guard needed * BystanderPlan.margin <= budget.left, let memory = memories[site.pair.victim] else {
      return false
    }
    let lineBytes = machine.processor.lineBytes
    let victimLines = try OperandMemory(pageCount: 4, cpu: site.pair.victim, lineBytes: lineBytes)
    let aggressorLines = try OperandMemory(pageCount: 8, cpu: site.pair.aggressor, lineBytes: lineBytes)
    // Only threads, and raw pointers, use them in the slices.
    defer { withExtendedLifetime((victimLines, aggressorLines)) {} }
    let order = cells.shuffled(using: &random)
    return try CpuPin.pinned(to: site.pair.victim) {
      try withAssistants(on: [site.pair.aggressor]) { assistants in
        VictimRunner.warm(victim, memory: memory)
        let own = victimLines.address(victim.takesBusLocks ? .lineSplit : .aligned, spot: roundsDone)
        do {
          let runner = try VictimRunner(
            victim, memory: memory, operand: own, ticksPerSecond: clock.ticks(seconds: 1))
          if victim.takesBusLocks {
            course.budget.book(
              operations: runner.issuedAtFirst, cost: site.victimRamp.cost(clock), at: clock.elapsed())
          }
          for cell in order where end == .finished {
            try measure(cell, site, runner, aggressorLines, assistants[0])
          }
        } catch let trap as Trap {
          // The victim's own: the policy differs from what the ramp met.
          for cell in order { records[indexByCell[cell]!].add(trap) }
        }
        return true
      } ?? false
    }
  }
}

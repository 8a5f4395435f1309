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
  public let clock = TscClock()
  private var cost = DoseResponse.assumedSeconds

  public init(_ plan: ScalingPlan, on bench: Bench) {
    (self.plan, seed, machine, ramps) = (plan, bench.seed, bench.machine, bench.ramps)
    course = ExperimentCourse(plan.share, at: clock.elapsed())
    records = plan.cells.map(ScalingRecord.init)
  }

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
      while end == .finished, roundsDone < plan.share.rounds {
        guard roundsDone == 0 || course.secondsLeft(at: clock.elapsed()) > 0 else {
          course.end = .wallLimit
          return
        }
        guard try measureRound(assistants) else { return }
        roundsDone += 1
        let share = Double(roundsDone) / Double(plan.share.rounds)
        progress(
          Progress(
            phase: "scaling, round \(roundsDone) of \(plan.share.rounds)", done: share,
            secondsLeft: course.elapsed(at: clock.elapsed()) / share * (1 - share)))
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
    var random = SeededGenerator(seed: seed, round: roundsDone)
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
}

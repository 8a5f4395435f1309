import CAtomics
import CHost
import LockKernels
import Machine

/// All that a run knows of one pair at one placement.
public struct PingPongRecord: Sendable {
  public let cell: PingPongCell
  /// TSC ticks from one CPU's write to the other's, by round: half of a round trip.
  public fileprivate(set) var oneWayTicks: [Double] = []
  /// Operations that both sides issued for one pass, by round.
  public fileprivate(set) var attemptsPerPass: [Double] = []
  public fileprivate(set) var passes = 0
  public fileprivate(set) var operations = 0
  public fileprivate(set) var trap: Trap?
  /// Rounds whose counter did not end where the passes must have left it.
  public fileprivate(set) var wrongCounts = 0

  public var oneWay: Estimate? { Estimate(rounds: oneWayTicks) }
}

/// The experiment `pingpong`: how long a locked compare-and-exchange takes from CPU to CPU, aligned and split.
public final class PingPongExperiment: CoursedExperiment {
  public let plan: PingPongDesign
  public private(set) var records: [PingPongRecord]
  public private(set) var sites: [PairSite] = []
  public private(set) var roundsDone = 0
  public private(set) var course: ExperimentCourse
  private let seed: UInt64
  let machine: MachineReport
  private let ramps: SplitLockRamps
  public let clock = TscClock()

  public init(_ plan: PingPongDesign, on bench: Bench) {
    (self.plan, seed, machine, ramps) = (plan, bench.seed, bench.machine, bench.ramps)
    course = ExperimentCourse(plan.share, at: clock.elapsed())
    records = plan.cells.map { PingPongRecord(cell: $0) }
  }

  /// Passes of one side in one measurement: some hundred microseconds.
  private static let passes = 100
  /// A measurement is given up after so many seconds, all of which may be locked; with less than that left, after what is.
  private static let deadline = (most: 0.010, least: 0.002)

  /// Measures until all rounds are done, the budget or the time is spent, or the user interrupts.
  public func run(
    progress: (Progress) -> Void, finishedRound: (PingPongExperiment) throws -> Void
  ) throws {
    try BusErrorGuard.installed { try measure(progress, finishedRound) }
  }

  private func measure(
    _ progress: (Progress) -> Void, _ finishedRound: (PingPongExperiment) throws -> Void
  ) throws {
    try prepare()
    defer {
      if !sites.isEmpty {
        course.noteUnmeasured(
          records.count { $0.operations == 0 && $0.trap == nil }, of: records.count, .pingpong)
      }
    }
    while end == .finished, roundsDone < plan.share.rounds, !sites.isEmpty {
      guard roundsDone == 0 || course.secondsLeft(at: clock.elapsed()) > 0 else {
        course.end = .wallLimit
        break
      }
      var random = SeededGenerator(seed: seed, round: roundsDone)
      for index in records.indices.shuffled(using: &random) {
        course.heedInterrupt()
        guard end == .finished else { return }
        guard let site = sites.first(where: { $0.pair == records[index].cell.pair }) else { continue }
        let takes = records[index].cell.placement.isSplit
        let deadline = min(PingPongExperiment.deadline.most, takes ? budget.left * 0.9 : 1)
        guard deadline >= PingPongExperiment.deadline.least else { return }
        sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
        try measure(index, site, deadline)
      }
      roundsDone += 1
      let done = Double(roundsDone) / Double(plan.share.rounds)
      progress(
        Progress(
          phase: "pingpong, round \(roundsDone) of \(plan.share.rounds)", done: done,
          secondsLeft: course.elapsed(at: clock.elapsed()) / done * (1 - done)))
      try finishedRound(self)
    }
  }

  private func prepare() throws {
    for pair in plan.pairs where end == .finished {
      course.heedInterrupt()
      switch try PairSite.prepared(pair, ramps: ramps, clock: clock, budget: &course.budget) {
      case .success(let site): sites.append(site)
      case .failure(let refusal):
        course.skip("pingpong between CPUs \(pair.victim) and \(pair.aggressor)", refusal.reason)
        if case .unexplained(let delay) = refusal { course.stop(delay) }
      }
    }
  }

  private func measure(_ index: Int, _ site: PairSite, _ deadline: Double) throws {
    let cell = records[index].cell
    let memory = try OperandMemory(
      pageCount: 4, cpu: cell.pair.victim, lineBytes: machine.processor.lineBytes)
    // Only threads, and raw pointers, use it from here on.
    defer { withExtendedLifetime(memory) {} }
    let operand = memory.address(cell.placement, spot: 2 * roundsDone)
    let passes = PingPongExperiment.passes
    let switches = SwitchCount.now()
    let sides = try CpuPin.pinned(to: cell.pair.victim) {
      try withAssistants(on: [cell.pair.aggressor]) { assistants in
        let deadline = catomics_tsc() + UInt64(clock.ticks(seconds: deadline))
        let theirs = CounterSide(operand: operand, parity: 1, passes: passes, deadline: deadline)
        let ours = CounterSide(operand: operand, parity: 0, passes: passes, deadline: deadline)
        // A side that began alone would lock the bus meanwhile, which slows the other's wake-up.
        let gate = StartGate()
        try assistants[0].begin { if gate.pass() != nil { theirs.run() } }
        guard gate.open(for: 1, lead: 0) else { throw AssistantLost(cpu: cell.pair.aggressor) }
        ours.run()
        try assistants[0].finish()
        return (ours, theirs)
      }
    }
    guard let (ours, theirs) = sides else { return }
    let now = SwitchCount.now()
    let wasPreempted = now.wasPreempted(since: switches) || theirs.wasPreempted
    let operations = ours.attempts + theirs.attempts
    records[index].operations += operations
    if let trap = ours.trap ?? theirs.trap { records[index].trap = trap }
    if cell.placement.isSplit {
      course.budget.book(
        operations: operations, cost: site.aggressorRamp.cost(clock, cell.placement), at: clock.elapsed())
      let longest = clock.seconds(Double(max(ours.ticks, theirs.ticks)))
      if longest > deadline + Measurement.Plan.unexplainedDelay, !wasPreempted {
        course.stop(longest)
      }
    }
    // A trap leaves the counter where it was met, and no side knows of it.
    guard ours.trap == nil, theirs.trap == nil else { return }
    let final = operand.loadUnaligned(as: UInt64.self)
    if final != UInt64(ours.done + theirs.done) { records[index].wrongCounts += 1 }
    guard ours.done == passes, theirs.done == passes, !now.wasStopped(since: switches) else { return }
    records[index].passes += 2 * passes
    // The other side's first pass is an answer: nothing before it is in its time.
    records[index].oneWayTicks.append(Double(theirs.ticks) / Double(2 * (passes - 1)))
    records[index].attemptsPerPass.append(Double(operations) / Double(2 * passes))
  }
}

/// One side of the counter, in memory that outlives its thread's work.
private final class CounterSide: @unchecked Sendable {
  private let work: UnsafeMutablePointer<catomics_counter_pass>
  private(set) var trap: Trap?
  private(set) var wasPreempted = false

  init(operand: UnsafeMutableRawPointer, parity: UInt64, passes: Int, deadline: UInt64) {
    work = .allocate(capacity: 1)
    work.initialize(
      to: catomics_counter_pass(
        operand: operand, parity: parity, passes: UInt64(passes), deadline: deadline, ticks: 0, attempts: 0,
        passes_done: 0))
  }

  deinit { work.deallocate() }

  func run() {
    let switches = SwitchCount.now()
    trap = BusErrorGuard.trap(catomics_pass_counter, work)
    wasPreempted = SwitchCount.now().wasPreempted(since: switches)
  }

  var ticks: UInt64 { work.pointee.ticks }
  var attempts: Int { Int(work.pointee.attempts) }
  var done: Int { Int(work.pointee.passes_done) }
}

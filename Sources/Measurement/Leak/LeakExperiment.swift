import DetectionControl
import Machine

/// The experiment `leak`: while Linux has detection off on one core, behind a split lock there, where else can split locks pass,
/// and for how long?
///
/// In warn mode Linux lets a trapped split lock run again by taking bit 29 of MSR 0x33 off its core for two jiffies
/// (arch/x86/kernel/cpu/bus_lock.c, split_lock_warn).
public final class LeakExperiment: CoursedExperiment {
  public let plan: LeakPlan
  public private(set) var course: ExperimentCourse
  public let clock = TscClock()
  private let machine: MachineReport
  private let control: DetectionControl
  private var generator: SeededGenerator
  private var records: [Int: [LeakTrial.Record]] = [:]
  private var roundsDone = 0

  /// Nothing is written but to put back what two offenders at once may make of Linux's bits.
  public init(_ plan: LeakPlan, on bench: Bench) throws(NoControl) {
    (self.plan, machine, control) = (plan, bench.machine, try bench.needControl())
    course = ExperimentCourse(plan.share, at: clock.elapsed())
    generator = SeededGenerator(seed: bench.seed)
  }

  public func run(progress: (Progress) -> Void, finishedRound: (LeakExperiment) throws -> Void) throws {
    // Linux may have left detection off on a core, and other experiments may follow.
    defer { _ = control.reset() }
    while roundsDone < plan.share.rounds {
      for (number, cpu) in plan.cpus.shuffled(using: &generator).enumerated() {
        guard course.goesOn(at: clock.elapsed()) else { return }
        let done = (Double(roundsDone) + Double(number) / Double(plan.cpus.count)) / Double(plan.share.rounds)
        progress(
          Progress(phase: "leak", done: done, secondsLeft: course.secondsLeft(at: clock.elapsed())))
        try open(watching: cpu)
      }
      roundsDone += 1
      try finishedRound(self)
    }
  }

  /// For so many seconds a window is surely open, and a CPU that finds detection on lets no split lock through, which would have Linux
  /// take it off there, too: two jiffies of the fastest timer where its own is not known, and the sleep of 10 ms.
  private var least: Double { min(predicted?.low ?? 2, 10) / 1000 }

  private func open(watching cpu: Int) throws {
    guard Plan.longestBurst <= budget.left else {
      return course.skip("leak to CPU \(cpu)", ExperimentEnd.outOfBudget)
    }
    sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
    // Every core's bit is set again, and has been for some jiffies.
    let left = control.reset()
    guard left.isEmpty else { return course.skip("leak to CPU \(cpu)", left.joined(separator: "; ")) }
    let bit = DetectionBit(.splitLock, cpu: cpu)
    let trial = try LeakTrial(
      opener: plan.opener, cpu: cpu, machine: machine, clock: clock, least: least)
    defer { course.budget.book(trial.locked, at: clock.elapsed()) }
    let hasRun = trial.run { control.machine.state(of: [bit], cpus: []).isSet(bit).map { !$0 } }
    guard hasRun else { return course.skip("leak to CPU \(cpu)", "no thread could be started") }
    records[cpu, default: []].append(trial.record)
  }

  private var predicted: DutyCycle.Bounds? {
    DutyCycle.predicted(machine.policy, timerHz: machine.linux.timerHz, offenders: 1)?.windowMs
  }

  public func rows() -> [LeakRow] {
    guard let opener = machine.topology.cpu(plan.opener) else { return [] }
    return plan.cpus.compactMap { cpu in
      guard let all = records[cpu], let other = machine.topology.cpu(cpu) else { return nil }
      return LeakRow(
        opener: opener, other: other, relation: machine.topology.relation(of: opener, to: other), trials: all,
        predictedMs: predicted
      ) { self.clock.seconds(Double($0)) * 1000 }
    }
  }

  public var warnings: [RunWarning] {
    let rows = rows()
    let unopened = rows.filter { $0.windows < $0.roundCount }
    let open = rows.filter { $0.stillOpen > 0 }
    return
      (unopened.isEmpty
      ? []
      : [
        RunWarning(
          "leak-unopened",
          "a split lock on CPU \(plan.opener) was not always delayed, so that no window opened, or the watch began too late",
          "see windows in leak.csv; another program may be split-locking there, or keep a CPU busy, and Linux before 5.19 does not delay"
        )
      ])
      + (open.isEmpty
        ? []
        : [
          RunWarning(
            "detection-lost",
            "on CPUs \(CpuSelection.ranges(open.map(\.cpu).sorted())) split locks still passed when the window was long over",
            "Linux had not switched detection on again there; this run did, if it says nothing else")
        ])
  }
}

extension LeakRow {
  init(
    opener: LogicalCpu, other: LogicalCpu, relation: Relation, trials: [LeakTrial.Record],
    predictedMs: DutyCycle.Bounds?, milliseconds: (UInt64) -> Double
  ) {
    let windows = trials.filter(\.isWatched)
    let leaking = windows.filter { $0.passed > 0 }
    let read = windows.compactMap(\.isClear)
    self.init(
      openerCpu: opener.id, cpu: other.id, relation: relation, roundCount: trials.count,
      windows: windows.count,
      leaked: leaking.count, passed: leaking.reduce(0) { $0 + $1.passed }, reads: read.count,
      clear: read.count { $0 }, stillOpen: windows.count(where: \.isStillOpen),
      signalled: windows.count(where: \.isSignalled),
      openMs: DutyCycle.Spread(leaking.compactMap(\.closedTicks).map(milliseconds)), predictedMs: predictedMs)
  }
}

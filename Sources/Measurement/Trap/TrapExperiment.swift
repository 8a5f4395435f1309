import CAtomics
import CHost
import LockKernels
import Machine

/// The experiment `trap`: what happens to a program that split-locks, on which CPU, and is every operation accounted for?
public final class TrapExperiment: CoursedExperiment {
  public let plan: TrapPlan
  public private(set) var records: [TrapRecord]
  /// The rhythm of Linux's delays, where there were any: of one task, then of two on cores of their own.
  public private(set) var dutyCycles: [DutyCycle] = []
  /// CPUs whose bit 29 was set as the run began, and is clear though Linux had time to set it again.
  public private(set) var disarmed: [Int] = []
  public private(set) var course: ExperimentCourse
  public let clock = TscClock()
  let machine: MachineReport
  /// What reading the timer costs, in ns.
  let timer: Double
  /// What a CPUID costs in a guest, in ns: an exit to the hypervisor and back.
  let exit: Double?
  private let trial: TrapTrial

  public init(_ plan: TrapPlan, on bench: Bench) {
    (self.plan, machine) = (plan, bench.machine)
    course = ExperimentCourse(plan.share, at: clock.elapsed())
    records = plan.cells.map(TrapRecord.init)
    timer = clock.nanoseconds(TimerCost.measure().medianTicks)
    exit = machine.processor.hypervisor == nil ? nil : clock.nanoseconds(TrapExperiment.cpuidTicks())
    trial = TrapTrial(machine: machine, clock: clock)
  }

  private static func cpuidTicks() -> Double {
    let readings = (0..<64).map { _ in
      let before = catomics_tsc()
      _ = catomics_cpuid(0, 0)
      return Double(catomics_tsc() - before)
    }
    return Order.median(readings)!
  }

  /// Tries every cell until the time or the budget is spent, or the user interrupts.
  public func run(progress: (Progress) -> Void, finishedRound: (TrapExperiment) throws -> Void) throws {
    try tryAll(progress)
    try probeDutyCycle()
    course.heedInterrupt()
    disarmed = unarmedNow()
    let refusals = Set(records.compactMap(\.refusal)).sorted()
    for refusal in refusals { course.skip("cells of trap", refusal) }
    course.noteUnmeasured(records.count { $0.issued == 0 && $0.refusal == nil }, of: records.count, .trap)
  }

  /// Longer than warn mode leaves detection off behind a split lock, in seconds.
  private var openWindow: Double { 5 / Double(machine.linux.timerHz ?? 100) }

  private func unarmedNow() -> [Int] {
    var left = machine.registers.filter { $0.splitLockDetection == true }.map(\.cpu)
    // Another program's open window is over by the next look.
    for _ in 0..<5 where !left.isEmpty {
      sleepInterruptibly(seconds: openWindow)
      left = left.filter { cpu in
        DetectionRegisters(cpu: cpu, files: .live, detectionSupported: true).splitLockDetection == false
      }
    }
    return left
  }

  private func tryAll(_ progress: (Progress) -> Void) throws {
    for index in records.indices {
      guard course.goesOn(at: clock.elapsed()) else { return }
      let done = Double(index) / Double(records.count)
      progress(
        Progress(
          phase: "trap", done: done,
          secondsLeft: done > 0.05
            ? course.elapsed(at: clock.elapsed()) / done * (1 - done) : plan.share.wallLimit))
      try attempt(index)
    }
  }

  private func attempt(_ index: Int) throws {
    let cell = records[index].cell
    let dearest = Double(plan.trials(cell)) * DoseResponse.assumedSeconds
    guard !cell.takesBusLock || dearest <= budget.left else { return }
    if cell.takesBusLock {
      sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
      // Behind the last cell Linux leaves detection off for two jiffies on its core: this one must not run inside them.
      if machine.policy.mayDelay { sleepInterruptibly(seconds: openWindow) }
    }
    switch cell.context {
    case .inProcess: try tryInProcess(index)
    case .child: records[index] = try trial.inChild(cell, trials: plan.trials(cell))
    }
    guard cell.takesBusLock else { return }
    let native = Order.median(records[index].roundTrips.map { clock.seconds(Double($0)) })
    course.budget.book(
      operations: cell.context == .child ? records[index].issued : records[index].performed,
      cost: min(native ?? DoseResponse.assumedSeconds, DoseRamp.delay), at: clock.elapsed())
  }

  private func tryInProcess(_ index: Int) throws {
    let cell = records[index].cell
    let isUnexplained = cell.takesBusLock && !machine.policy.mayDelay
    guard
      let (record, unexplained) = try trial.inProcess(
        cell, trials: plan.trials(cell), longest: isUnexplained ? Plan.unexplainedDelay : .infinity)
    else { return }
    records[index] = record
    course.stop(unexplained)
  }

  /// Where operations were delayed: how the delays follow each other, alone and, where the plan says so, beside a second
  /// offender.
  private func probeDutyCycle() throws {
    guard end == .finished,
      let cpu = records.first(where: { $0.cell.takesBusLock && $0.isDelayed && $0.trapped == 0 })?.cell
        .cpu
    else { return }
    let core = machine.topology.cpu(cpu)?.core
    let other =
      !plan.triesTwoOffenders
      ? nil : machine.topology.cpus.first { $0.core != core && plan.cpus.contains($0.id) }?.id
    for cpus in [[cpu], other.map { [cpu, $0] }].compactMap({ $0 }) {
      course.heedInterrupt()
      guard end == .finished, Double(cpus.count) * Plan.longestBurst <= budget.left else {
        return course.skip("duty cycle of the delays in trap", ExperimentEnd.outOfBudget)
      }
      let (rhythm, locked) = try DutyCycleProbe(machine: machine, clock: clock).run(on: cpus)
      course.budget.book(locked, at: clock.elapsed())
      guard var found = rhythm else {
        return course.skip("duty cycle of the delays in trap", "a signal came, or no thread could be started")
      }
      if let alone = dutyCycles.first?.delayMs?.median {
        found.queueMs = found.delayMs.map { $0.median - alone }
      }
      dutyCycles.append(found)
    }
  }
}

import CHost
import DetectionControl
import LockKernels
import Machine

/// The experiment `settings`: what a split lock meets, how many get through, what they cost and whom, under each setting of
/// detection.
public final class SettingsExperiment: CoursedExperiment {
  public let plan: SettingsPlan
  public private(set) var course: ExperimentCourse
  public let clock = TscClock()
  let machine: MachineReport
  private let control: DetectionControl
  private let seed: UInt64
  private var generator: SeededGenerator
  /// By setting.
  private(set) var visits: [[SettingsVisit]]
  private(set) var cost: SettingsCost?
  private(set) var bystander: SettingsBystander?
  private var native = NativeCost()

  public init(_ plan: SettingsPlan, on bench: Bench) throws(NoControl) {
    (self.plan, machine, control) = (plan, bench.machine, try bench.needControl())
    seed = bench.seed
    course = ExperimentCourse(plan.share, at: clock.elapsed())
    generator = SeededGenerator(seed: bench.seed)
    visits = plan.settings.map { _ in [] }
  }

  /// Wall time of a loop whose operations are delayed, in seconds: some cycles of a sleep and an open window.
  private static let seconds = 0.1

  /// Visits every setting in each round, in fresh random order, the machine as it was found in between.
  public func run(progress: (Progress) -> Void, finishedRound: (SettingsExperiment) throws -> Void) throws {
    progress(Progress(phase: "settings: bystander's memory", done: 0, secondsLeft: plan.share.wallLimit))
    cost = try SettingsCost(
      settings: plan.settings, cpu: plan.cpu.id, machine: machine, clock: clock, seed: seed)
    bystander = try plan.bystander.map {
      try SettingsBystander(pair: $0, machine: machine, clock: clock, seed: seed)
    }
    // As found, whatever ended it: other experiments may follow.
    defer { _ = control.reset() }
    defer { noteUnmeasured() }
    for round in 0..<plan.share.rounds {
      for (number, index) in plan.settings.indices.shuffled(using: &generator).enumerated() {
        guard course.goesOn(at: clock.elapsed()) else { return }
        let done =
          (Double(round) + Double(number) / Double(plan.settings.count)) / Double(plan.share.rounds)
        progress(
          Progress(phase: "settings", done: done, secondsLeft: course.secondsLeft(at: clock.elapsed())))
        try visit(index, round: round)
      }
      try finishedRound(self)
    }
  }

  private func visit(_ index: Int, round: Int) throws {
    let setting = plan.settings[index]
    guard SettingsExperiment.seconds * TightLoop.openShare <= budget.left else {
      return course.skip("settings \(setting.id)", ExperimentEnd.outOfBudget)
    }
    sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
    let cpu = plan.cpu.id
    let failures = control.apply(setting, measuring: plan.cpu)
    let trial = TrapTrial(machine: machine, clock: clock)
    guard let aligned = try loop(.aligned, trial), let split = try loop(.lineSplit, trial) else {
      return course.skip("settings \(setting.id)", "no thread could be started on CPU \(cpu)")
    }
    let child = try trial.inChild(
      TrapCell(
        cpu: cpu, trigger: .splitLock, context: .child, placement: .lineSplit, widthBytes: 8, isLocked: true))
    native.learn(split.record.roundTrips.map { clock.seconds(Double($0)) })
    course.budget.book(operations: split.record.performed + 1, cost: splitCost, at: clock.elapsed())
    let longest = split.record.delays.max().map { clock.seconds(Double($0)) } ?? 0
    // A sleep is Linux's, which delays where the policy says that it does not: armed by hand, whatever it booted with.
    if longest > Plan.unexplainedDelay, !machine.policy.mayDelay, split.record.sleeps == 0 {
      course.stop(longest)
    }
    // In warn's open window the bit is clear: what holds is what stands when Linux had time.
    control.machine.waitForLinux()
    let bits = machine.topology.cpus.map { DetectionBit(.splitLock, cpu: $0.id) }
    let state = control.machine.state(of: bits, cpus: [])
    visits[index].append(
      SettingsVisit(
        failures: failures, split: split.record, aligned: aligned.record, throughput: split.throughput,
        child: child,
        bitsSet: state.bits.isEmpty ? nil : state.bits.filter(\.isSet).map(\.bit.cpu)))
    guard end == .finished else { return }
    try BusErrorGuard.installed {
      try measure(setting, round: round, behaviour: split.record.behaviour, cycle: split.cycles.length)
        .map { visits[index][visits[index].count - 1].slowdown = $0 }
    }
  }

  /// What split locks cost under the setting in force, and what they cost a bystander.
  private func measure(
    _ setting: Setting, round: Int, behaviour: DoseResponse.Behaviour, cycle: Double?
  ) throws -> Result<Double, SettingsBystander.Lack>? {
    try cost?.visit(
      setting, round: round, behaviour: behaviour, cost: splitCost, course: &course,
      settle: control.machine.waitForLinux)
    guard end == .finished else { return nil }
    let length = SettingsExperiment.seconds
    return try bystander?.visit(
      behaviour: behaviour, cost: splitCost, delayed: (length, cycle ?? length), budget: &course.budget)
  }

  /// Of a split lock by itself, in seconds.
  private var splitCost: Double { native.seconds ?? DoseResponse.assumedSeconds }

  /// Says what was left out at every visit to a setting.
  private func noteUnmeasured() {
    for (setting, visits) in zip(plan.settings, visits) where !visits.isEmpty {
      if let (count, reason) = cost?.unmeasured(setting) {
        course.skip("\(count) cost cells under \(setting.id)", reason)
      }
      let outcomes = visits.compactMap(\.slowdown)
      if case .failure(let lack) = outcomes.last, !outcomes.contains(where: { (try? $0.get()) != nil }) {
        course.skip("bystander under \(setting.id)", lack.reason)
      }
    }
  }

  private func loop(_ placement: Placement, _ trial: TrapTrial) throws -> (
    record: TrapRecord, throughput: Double, cycles: DelayCycles
  )? {
    guard
      let loop = try TightLoop(
        cpu: plan.cpu.id, placement: placement, machine: machine, clock: clock,
        seconds: SettingsExperiment.seconds)
    else { return nil }
    var hasRun = false
    let record = trial.watched(loop.site) {
      hasRun = loop.run()
      return loop.record
    }
    if loop.wasStopped {
      if placement.isSplit {
        course.budget.book(operations: record.performed, cost: splitCost, at: clock.elapsed())
      }
      return try self.loop(placement, trial)
    }
    return hasRun && record.issued > 0 ? (record, loop.throughput, loop.cycles) : nil
  }
}

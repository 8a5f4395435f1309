import CHost
import DetectionControl
import LockKernels
import Machine

/// The experiment `settings`: what a split lock meets, and how many get through, under each setting of detection.
public final class SettingsExperiment: CoursedExperiment {
  public static let id = ExperimentId.settings
  /// What one visit to a setting gave.
  private struct Visit {
    var failures: [String]
    var split: TrapRecord
    var aligned: TrapRecord
    var throughput: Double
    var child: TrapRecord
    var bitsSet: [Int]?
  }

  public let plan: SettingsPlan
  public private(set) var course: ExperimentCourse
  public let clock: TscClock
  private let machine: MachineReport
  private let control: DetectionControl
  private let start: Double
  private var generator: SeededGenerator
  private var visits: [[Visit]]

  /// - Parameter control: has begun.
  public init(
    plan: SettingsPlan, seed: UInt64, machine: MachineReport, control: DetectionControl, clock: TscClock
  ) {
    (self.plan, self.machine, self.control, self.clock) = (plan, machine, control, clock)
    course = ExperimentCourse(budget: plan.budget)
    start = clock.elapsed()
    generator = SeededGenerator(seed: seed)
    visits = plan.settings.map { _ in [] }
  }

  /// Wall time of a loop whose operations are delayed, in seconds: some cycles of a sleep and an open window.
  private static let seconds = 0.1

  /// Visits every setting in each round, in fresh random order, the machine as it was found in between.
  public func run(progress: (Progress) -> Void, finishedRound: (SettingsExperiment) throws -> Void) throws {
    for round in 0..<plan.rounds {
      for (number, index) in plan.settings.indices.shuffled(using: &generator).enumerated() {
        course.heedInterrupt()
        guard end == .finished else { return }
        guard clock.elapsed() - start < plan.wallLimit else {
          course.end = .wallLimit
          return
        }
        let done =
          (Double(round) + Double(number) / Double(plan.settings.count)) / Double(plan.rounds)
        progress(
          Progress(phase: "settings", done: done, secondsLeft: plan.wallLimit - (clock.elapsed() - start)))
        try visit(index)
      }
      try finishedRound(self)
    }
    _ = control.reset()
  }

  private func visit(_ index: Int) throws {
    guard SettingsExperiment.seconds / 2 <= budget.left else {
      return course.skip("settings \(plan.settings[index].id)", ExperimentEnd.outOfBudget)
    }
    sleep(seconds: budget.rest(at: clock.elapsed()))
    let cpu = plan.cpu.id
    let failures = control.apply(plan.settings[index], measuring: plan.cpu)
    let trial = TrapTrial(machine: machine, clock: clock)
    guard let aligned = try loop(.aligned, trial), let split = try loop(.lineSplit, trial) else {
      return course.skip("settings \(plan.settings[index].id)", "no thread could be started on CPU \(cpu)")
    }
    let child = try trial.inChild(
      TrapCell(
        cpu: cpu, trigger: .splitLock, context: .child, placement: .lineSplit, widthBytes: 8, isLocked: true))
    let native = Order.median(split.record.roundTrips.map { clock.seconds(Double($0)) })
    course.budget.book(
      operations: split.record.performed + 1, cost: native ?? DoseResponse.assumedSeconds, at: clock.elapsed()
    )
    let longest = split.record.delays.max().map { clock.seconds(Double($0)) } ?? 0
    if longest > Plan.unexplainedDelay, !machine.policy.mayDelay { course.stop(longest) }
    // In warn's open window the bit is clear: what holds is what stands when Linux had time.
    control.machine.waitForLinux()
    let bits = machine.topology.cpus.map { DetectionBit(.splitLock, cpu: $0.id) }
    let state = control.machine.state(of: bits, cpus: [])
    visits[index].append(
      Visit(
        failures: failures, split: split.record, aligned: aligned.record, throughput: split.throughput,
        child: child,
        bitsSet: state.bits.isEmpty ? nil : state.bits.filter(\.isSet).map(\.bit.cpu)))
  }

  private func loop(_ placement: Placement, _ trial: TrapTrial) throws -> (
    record: TrapRecord, throughput: Double
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
    return hasRun && record.issued > 0 ? (record, loop.throughput) : nil
  }

  /// What was found so far, in the order of the plan.
  public func rows() -> [SettingsRow] {
    zip(plan.settings, visits).compactMap { setting, visits in
      guard let last = visits.last else { return nil }
      func median(_ part: KeyPath<Visit, TrapRecord>) -> Double? {
        Order.median(visits.flatMap { $0[keyPath: part].roundTrips }.map { clock.nanoseconds(Double($0)) })
      }
      let isArmed = last.bitsSet?.contains(plan.cpu.id) == true
      let answers = visits.map { $0.split.answer(machine.policy, isArmed: isArmed) }
      let lines = visits.compactMap { visit in
        visit.split.reports.map { $0.count + (visit.child.reports?.count ?? 0) }
      }
      return SettingsRow(
        setting: setting, cpu: plan.cpu.id, failures: Set(visits.flatMap(\.failures)).sorted(),
        roundCount: visits.count, operations: visits.reduce(0) { $0 + $1.split.issued },
        throughput: Estimate(rounds: visits.map(\.throughput)),
        splitNs: median(\.split), alignedNs: median(\.aligned),
        delayed: visits.reduce(0) { $0 + $1.split.delays.count },
        trapped: visits.reduce(0) { $0 + $1.split.trapped },
        answer: answers.first { $0.kind != .silent } ?? answers.first,
        children: visits.reduce(0) { $0 + $1.child.issued },
        killed: visits.reduce(0) { $0 + $1.child.killed },
        logLines: lines.count == visits.count ? lines.reduce(0, +) : nil, bitsSet: last.bitsSet)
    }
  }

  public var warnings: [RunWarning] {
    let failed = rows().filter { !$0.failures.isEmpty }
    guard let first = failed.first else { return [] }
    return [
      RunWarning(
        "setting-not-taken",
        "\(failed.count) settings did not take whole, such as \(first.setting.id): \(first.failures[0])",
        "see failures in settings.csv: what was measured there is not that setting")
    ]
  }
}

import DetectionControl
import LockKernels
import Machine

/// The experiment `hotplug`: a CPU is taken offline and brought back; do its detection bits keep what was written, or does Linux
/// write its own again, when, and what do split locks meet?
///
/// The mail of 16 October 2019 asks it. Linux writes on a CPU that comes up (arch/x86/kernel/cpu/bus_lock.c, split_lock_init),
/// and in warn on one that goes (splitlock_cpu_offline), where only an SMT sibling that shares the register can see it.
public final class HotplugExperiment: CoursedExperiment {
  public let plan: HotplugPlan
  public private(set) var course: ExperimentCourse
  public let clock = TscClock()
  private let machine: MachineReport
  private let control: DetectionControl
  private var found: [HotplugRow] = []

  public init(_ plan: HotplugPlan, on bench: Bench) throws(NoControl) {
    (self.plan, machine, control) = (plan, bench.machine, try bench.needControl())
    course = ExperimentCourse(plan.share, at: clock.elapsed())
  }

  public func run(progress: (Progress) -> Void, finishedRound: (HotplugExperiment) throws -> Void) throws {
    // As found, whatever ended it: other experiments may follow.
    defer { _ = control.reset() }
    let visits = plan.cpus.flatMap { cpu in
      HotplugRow.Start.allCases.flatMap { start in plan.bits.map { (cpu, start, $0) } }
    }
    for round in 0..<plan.share.rounds {
      for (number, (cpu, began, bit)) in visits.enumerated() {
        guard course.goesOn(at: clock.elapsed()) else { return }
        let done = (Double(round) + Double(number) / Double(visits.count)) / Double(plan.share.rounds)
        progress(
          Progress(phase: "hotplug", done: done, secondsLeft: course.secondsLeft(at: clock.elapsed())))
        try replug(DetectionBit(bit, cpu: cpu), began)
      }
      try finishedRound(self)
    }
  }

  private func replug(_ bit: DetectionBit, _ began: HotplugRow.Start) throws {
    let subject = "hotplug of CPU \(bit.cpu), \(bit.kind.rawValue) \(began.rawValue)"
    let left = control.reset()
    guard left.isEmpty else { return course.skip(subject, left.joined(separator: "; ")) }
    guard budget.left > 2 * HotplugExperiment.cost else {
      return course.skip(subject, ExperimentEnd.outOfBudget)
    }
    guard let asFound = control.before.isSet(bit) else {
      return course.skip(subject, "its register cannot be read")
    }
    let wanted = began == .asFound ? asFound : !asFound
    let write = began == .asFound ? nil : control.set([bit], to: wanted)[0].outcome
    guard write?.isEffective != false else {
      return course.skip(subject, write?.inWords ?? "")
    }
    let metBefore = try answer(on: bit.cpu)
    // Behind a split lock Linux sets the bit again by itself.
    control.machine.waitForLinux()
    _ = control.set([bit], to: wanted)
    let sibling = machine.topology.sibling(of: bit.cpu)
    let before = bits(bit, sibling)
    let (offline, offlineMs) = timed { control.setOnline(false, cpu: bit.cpu) }
    let meanwhile = bits(bit, sibling)
    let (online, onlineMs) = timed { control.setOnline(true, cpu: bit.cpu) }
    let after = bits(bit, sibling)
    found.append(
      HotplugRow(
        cpu: bit.cpu, bit: bit.kind, start: began, write: write, bitBefore: before.own, bitAfter: after.own,
        sibling: sibling, siblingBits: [before.sibling, meanwhile.sibling, after.sibling],
        metBefore: metBefore,
        metAfter: online.isEffective ? try answer(on: bit.cpu) : nil, offline: offline, online: online,
        offlineMs: offlineMs, onlineMs: onlineMs))
  }

  private func bits(_ bit: DetectionBit, _ sibling: Int?) -> (own: Bool?, sibling: Bool?) {
    let other = sibling.map { DetectionBit(bit.kind, cpu: $0) }
    let state = control.machine.state(of: [bit] + [other].compactMap { $0 }, cpus: [])
    return (state.isSet(bit), other.flatMap(state.isSet))
  }

  private func timed(
    _ body: () -> ControlledMachine.WriteOutcome
  ) -> (outcome: ControlledMachine.WriteOutcome, milliseconds: Double) {
    let start = clock.elapsed()
    let outcome = body()
    return (outcome, (clock.elapsed() - start) * 1000)
  }

  private static let cost = DoseResponse.assumedSeconds

  private func answer(on cpu: Int) throws -> SplitLockAnswer? {
    course.budget.book(operations: 1, cost: HotplugExperiment.cost, at: clock.elapsed())
    return try SplitLockAnswer.tried(on: cpu, machine, clock)
  }

  public func rows() -> [HotplugRow] { found }

  public var warnings: [RunWarning] {
    let stuck = found.filter { !$0.online.isEffective }
    guard let first = stuck.first else { return [] }
    return [
      RunWarning(
        "cpu-offline", "CPU \(first.cpu) did not come back online: \(first.online.inWords)",
        "the run tried again at its end; see /sys/devices/system/cpu/cpu\(first.cpu)/online")
    ]
  }
}

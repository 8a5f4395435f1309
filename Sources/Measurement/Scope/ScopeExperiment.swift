import DetectionControl
import LockKernels
import Machine

/// The experiment `scope`: a detection bit is written on one CPU; on which others does it change, by their registers and by
/// what a split lock meets there?
public final class ScopeExperiment: CoursedExperiment {
  public let plan: ScopePlan
  private var found: [ScopeRow] = []
  public private(set) var course: ExperimentCourse
  public let clock = TscClock()
  private let machine: MachineReport
  private let control: DetectionControl

  public init(_ plan: ScopePlan, on bench: Bench) throws(NoControl) {
    (self.plan, machine, control) = (plan, bench.machine, try bench.needControl())
    course = ExperimentCourse(plan.share, at: clock.elapsed())
  }

  public func run(progress: (Progress) -> Void, finishedRound: (ScopeExperiment) throws -> Void) throws {
    for (index, bit) in plan.bits.enumerated() {
      for (number, writer) in plan.writers.enumerated() {
        guard course.goesOn(at: clock.elapsed()) else { return }
        let done =
          (Double(index) + Double(number) / Double(plan.writers.count)) / Double(plan.bits.count)
        progress(
          Progress(phase: "scope", done: done, secondsLeft: course.secondsLeft(at: clock.elapsed())))
        readOthers(bit, writer)
        if bit == .splitLock { try tryOthers(writer) }
      }
    }
  }

  private var cpus: [Int] { machine.topology.cpus.map(\.id) }

  private func bits(_ kind: DetectionBit.Kind) -> [DetectionBit] { cpus.map { DetectionBit(kind, cpu: $0) } }

  private func relation(_ first: Int, _ second: Int) -> Relation {
    guard let one = machine.topology.cpu(first), let other = machine.topology.cpu(second) else {
      return .same
    }
    return machine.topology.relation(of: one, to: other)
  }

  /// Flips the bit on one CPU, reads all, and flips it back.
  private func readOthers(_ kind: DetectionBit.Kind, _ writer: Int) {
    let before = control.machine.state(of: bits(kind), cpus: [])
    guard let was = before.isSet(DetectionBit(kind, cpu: writer)) else {
      return course.skip("scope of \(kind.rawValue) from CPU \(writer)", "its register cannot be read")
    }
    let bit = DetectionBit(kind, cpu: writer)
    var write = ControlledMachine.WriteOutcome.took
    var states: [DetectionState] = []
    for _ in 0..<2 {
      write = control.set([bit], to: !was)[0].outcome
      states.append(control.machine.state(of: bits(kind), cpus: []))
      let back = control.set([bit], to: was)[0].outcome
      states.append(control.machine.state(of: bits(kind), cpus: []))
      if write == .took, !back.isEffective { write = back }
    }
    found += cpus.map { cpu in
      ScopeRow(
        bit: kind, evidence: .register, writtenCpu: writer, cpu: cpu, relation: relation(writer, cpu),
        write: write,
        before: before.isSet(DetectionBit(kind, cpu: cpu)),
        after: states[0].isSet(DetectionBit(kind, cpu: cpu)),
        isSteady: isSteady(before, states, DetectionBit(kind, cpu: cpu)))
    }
  }

  /// Whether the bit did the same at each flip, and came back each time.
  private func isSteady(_ before: DetectionState, _ states: [DetectionState], _ bit: DetectionBit) -> Bool {
    let seen = states.map { $0.isSet(bit) }
    return seen[0] == seen[2] && seen[1] == before.isSet(bit) && seen[3] == before.isSet(bit)
  }

  /// Arms one CPU alone, and tries a split lock on it and on its neighbours.
  private func tryOthers(_ writer: Int) throws {
    guard let cpu = machine.topology.cpu(writer) else { return }
    defer {
      control.machine.waitForLinux()
      for bit in control.before.bits where bit.bit.kind == .splitLock {
        _ = control.set([bit.bit], to: bit.isSet)
      }
    }
    for tried in machine.topology.neighbourhood(of: cpu) {
      guard budget.left > ScopeExperiment.cost else {
        return course.skip("scope by behaviour from CPU \(writer)", ExperimentEnd.outOfBudget)
      }
      // Behind a split lock Linux arms its CPU again by itself, two jiffies later: each trial starts anew.
      control.machine.waitForLinux()
      _ = control.set(bits(.splitLock), to: false)
      let write = control.set([DetectionBit(.splitLock, cpu: writer)], to: true)[0].outcome
      guard write == .took else { return }
      let answer = try answer(on: tried)
      found.append(
        ScopeRow(
          bit: .splitLock, evidence: .behaviour, writtenCpu: writer, cpu: tried,
          relation: relation(writer, tried),
          write: write, before: nil, after: nil, answer: answer))
    }
  }

  private static let cost = DoseResponse.assumedSeconds

  private func answer(on cpu: Int) throws -> SplitLockAnswer? {
    course.budget.book(operations: 1, cost: ScopeExperiment.cost, at: clock.elapsed())
    return try SplitLockAnswer.tried(on: cpu, machine, clock)
  }

  public func rows() -> [ScopeRow] { found }

  /// What the rows say, a register each.
  public var findings: [ScopeFinding] {
    plan.bits.map { bit in ScopeFinding.conclude(bit, found.filter { $0.bit == bit }, machine.topology) }
  }

  public var warnings: [RunWarning] {
    findings.filter { $0.scopes == [.inconsistent] }.map {
      RunWarning(
        "scope-inconsistent",
        "the bit \($0.bit) does not follow one rule: \($0.evidence.joined(separator: "; "))",
        "see scope.csv; an emulator, a hypervisor or a firmware may keep some CPUs apart")
    }
  }
}

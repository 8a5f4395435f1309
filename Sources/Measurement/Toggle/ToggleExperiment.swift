import DetectionControl
import LockKernels
import Machine

/// The experiment `toggle`: what does it cost to flip bit 29 of MSR 0x33 on one CPU and on all, when has a CPU's behaviour
/// changed, and what does a bystander feel?
///
/// The question of the mail of 16 October 2019 for the IPIs that such a flip takes. All goes through the msr driver, whose own
/// cost the reads show: nothing is said of what Linux's IPIs would cost inside Linux.
public final class ToggleExperiment: CoursedExperiment {
  public let plan: TogglePlan
  public internal(set) var course: ExperimentCourse
  public let clock = TscClock()
  let machine: MachineReport
  let control: DetectionControl
  private var generator: SeededGenerator
  private var cells: [ToggleCell] = []
  var records: [ToggleCell: ToggleRecord] = [:]
  /// There from the preparation on: it writes.
  private(set) var switches: OpenSwitches!
  /// The other CPUs' clocks beside the writer's.
  var pairs: [Int: PairCheck] = [:]
  var victimMemory: [Int: VictimMemory] = [:]

  public init(_ plan: TogglePlan, on bench: Bench) throws(NoControl) {
    (self.plan, machine, control) = (plan, bench.machine, try bench.needControl())
    course = ExperimentCourse(plan.share, at: clock.elapsed())
    generator = SeededGenerator(seed: bench.seed)
  }

  public func run(progress: (Progress) -> Void, finishedRound: (ToggleExperiment) throws -> Void) throws {
    defer { _ = control.reset() }
    try prepare()
    var visits = cells.filter { $0.part != .write || switches.isWritable($0.cpu!) }
    defer { course.noteUnmeasured(visits.count { records[$0] == nil }, of: cells.count, .toggle) }
    for round in 0..<plan.share.rounds {
      for (number, cell) in visits.shuffled(using: &generator).enumerated() {
        guard course.goesOn(at: clock.elapsed()) else { return }
        let done = (Double(round) + Double(number) / Double(visits.count)) / Double(plan.share.rounds)
        progress(
          Progress(phase: "toggle", done: done, secondsLeft: course.secondsLeft(at: clock.elapsed())))
        do {
          try visit(cell)
        } catch let failure as RegisterFailure {
          course.skip(cell.inWords, failure.description)
          visits.removeAll { $0 == cell }
          reset(cell.inWords)
        }
      }
      try finishedRound(self)
    }
  }

  // MARK: Preparation

  private func prepare() throws {
    switches = OpenSwitches(control, cpus: plan.all)
    reset("toggle")
    for (what, reason) in switches.obstacles { course.skip(what, reason) }
    let obstacle = try behaviourObstacle()
    if let obstacle { course.skip("toggle's behaviour", obstacle) }
    if plan.all.count == 1 {
      course.skip("toggle's writes of other CPUs, and bystanders", Topology.oneCpuOnly)
    }
    let outside = control.before.bits.filter { $0.bit.kind == .splitLock }.map(\.bit.cpu)
      .filter { !plan.all.contains($0) }
    if !outside.isEmpty {
      course.skip(
        "toggle of CPUs \(CpuSelection.ranges(outside))", "they are outside this process's CPU set")
    }
    cells = plan.cells(
      writable: Set(switches.writable.map(\.cpu)), showsBehaviour: obstacle == nil,
      hasSysctl: switches.mitigation != nil
    ).filter { $0.cpu.map { switches.bits[$0] != nil } ?? true }
    guard cells.contains(where: { $0.part == .behaviour }) else { return }
    try CpuPin.pinned(to: plan.writer) {
      for cpu in plan.cpus where cpu != plan.writer {
        pairs[cpu] = PairCheck.run(otherCpu: cpu, clock: clock)
      }
    }
  }

  /// As found, with time for what Linux still writes.
  func reset(_ what: String) {
    let left = control.reset()
    if !left.isEmpty { course.skip(what, left.joined(separator: "; ")) }
  }

  // MARK: Visits

  private func visit(_ cell: ToggleCell) throws {
    switch cell.part {
    case .read, .write: try time(cell, [switches.bits[cell.cpu!]!])
    case .allSerial: try time(cell, switches.writable)
    case .sysctl: try time(cell, [switches.mitigation!])
    case .allParallel: try timeTogether(cell)
    case .behaviour: try watch(cell)
    case .bystander: try disturb(cell)
    }
    // `reset` would wait for Linux, which has nothing to do where no split lock met detection; behaviour resets by itself.
    if cell.operation == .write, cell.part != .behaviour { try switches.putBack(behind: cell.part) }
  }

  // MARK: Rows

  public func rows() -> [ToggleRow] {
    let writer = machine.topology.cpu(plan.writer)
    return cells.compactMap { cell in
      let record = records[cell] ?? ToggleRecord()
      guard !record.isEmpty || cell.part == .write && !switches.isWritable(cell.cpu!) else { return nil }
      var row = record.row(cell, clock: clock)
      row.write = cell.operation == .write ? cell.cpu.flatMap { switches.writes[$0] } : nil
      if let cpu = cell.cpu.flatMap(machine.topology.cpu), let writer {
        row.relation = machine.topology.relation(of: writer, to: cpu)
      }
      if cell.isAcrossCpus {
        row.tscOffsetErrorNs = pairs[cell.cpu!].map { clock.nanoseconds($0.tscOffsetErrorTicks) }
      }
      return row
    }
  }

  public var warnings: [RunWarning] {
    let unchanged = rows().filter { $0.cell.part == .behaviour && $0.samples < $0.trials ?? 0 }
    return unchanged.isEmpty
      ? []
      : [
        RunWarning(
          "toggle-unchanged",
          "on CPUs \(CpuSelection.ranges(Set(unchanged.compactMap(\.cell.cpu)).sorted())) split locks went on passing behind a write that set the bit",
          "compare samples with trials in toggle.csv; scope tells whose bit it is")
      ]
  }
}

extension ToggleCell {
  /// Whether its times begin on the writer's clock and end on another's.
  var isAcrossCpus: Bool { part == .behaviour && writers == 1 && cpu != writerCpu }

  var inWords: String {
    ["toggle", part.rawValue, operation.rawValue, cpu.map { "CPU \($0)" }].compactMap { $0 }
      .joined(separator: " ")
  }
}

import DetectionControl
import LockKernels
import Machine

/// The experiment `toggle`: what does it cost to flip bit 29 of MSR 0x33 on one CPU and on all, when has a CPU's behaviour
/// changed, and what does a bystander feel?
///
/// The question of the mail of 16 October 2019 for the IPIs that such a flip takes. All goes through the msr driver, whose own
/// cost the reads show: nothing is said of what Linux's IPIs would cost inside Linux.
public final class ToggleExperiment: CoursedExperiment {
  public static let id = ExperimentId.toggle
  public let plan: TogglePlan
  public internal(set) var course: ExperimentCourse
  public let clock: TscClock
  let machine: MachineReport
  let control: DetectionControl
  private let start: Double
  private var generator: SeededGenerator
  private var cells: [ToggleCell] = []
  var records: [ToggleCell: ToggleRecord] = [:]
  /// By CPU: its bit held open, and what became of a first write of it.
  private(set) var toggles: [Int: BitToggle] = [:]
  private var writes: [Int: ControlledMachine.WriteOutcome] = [:]
  private var mitigation: MitigationToggle?
  /// The other CPUs' clocks beside the writer's.
  var pairs: [Int: PairCheck] = [:]
  var victimMemory: [Int: VictimMemory] = [:]

  /// - Parameter control: has begun, with bit 29 of MSR 0x33, and the sysctl where there is one.
  public init(
    plan: TogglePlan, seed: UInt64, machine: MachineReport, control: DetectionControl, clock: TscClock
  ) {
    (self.plan, self.machine, self.control, self.clock) = (plan, machine, control, clock)
    course = ExperimentCourse(budget: plan.budget)
    start = clock.elapsed()
    generator = SeededGenerator(seed: seed)
  }

  public func run(progress: (Progress) -> Void, finishedRound: (ToggleExperiment) throws -> Void) throws {
    defer { _ = control.reset() }
    try prepare()
    var visits = cells.filter { $0.part != .write || isWritable($0.cpu!) }
    defer { course.noteUnmeasured(visits.count { records[$0] == nil }, of: cells.count, .toggle) }
    for round in 0..<plan.rounds {
      for (number, cell) in visits.shuffled(using: &generator).enumerated() {
        course.heedInterrupt()
        guard end == .finished else { return }
        guard clock.elapsed() - start < plan.wallLimit else {
          course.end = .wallLimit
          return
        }
        let done = (Double(round) + Double(number) / Double(visits.count)) / Double(plan.rounds)
        progress(
          Progress(phase: "toggle", done: done, secondsLeft: plan.wallLimit - (clock.elapsed() - start)))
        do {
          try visit(cell)
        } catch let failure as RegisterFailure {
          skip(cell.inWords, failure.description)
          visits.removeAll { $0 == cell }
        }
      }
      try finishedRound(self)
    }
  }

  // MARK: Preparation

  private func prepare() throws {
    for cpu in plan.all { open(cpu) }
    reset("toggle")
    openSysctl()
    let obstacle = TogglePlan.behaviourObstacle(machine.policy)
    if let obstacle { skip("toggle's behaviour", obstacle) }
    if plan.all.count == 1 {
      skip("toggle's writes of other CPUs, and bystanders", "this process may use one CPU only")
    }
    let outside = control.before.bits.filter { $0.bit.kind == .splitLock }.map(\.bit.cpu)
      .filter { !plan.all.contains($0) }
    if !outside.isEmpty {
      skip(
        "toggle of CPUs \(CpuSelection.ranges(outside))", "they are outside this process's CPU set")
    }
    cells = plan.cells(
      writable: Set(toggles.keys.filter(isWritable)), showsBehaviour: obstacle == nil,
      hasSysctl: mitigation != nil
    ).filter { $0.cpu.map { toggles[$0] != nil } ?? true }
    guard cells.contains(where: { $0.part == .behaviour }) else { return }
    try CpuPin.pinned(to: plan.writer) {
      for cpu in plan.cpus where cpu != plan.writer {
        pairs[cpu] = PairCheck.run(otherCpu: cpu, clock: clock)
      }
    }
  }

  private func open(_ cpu: Int) {
    do {
      let toggle = try control.bitToggle(cpu: cpu)
      toggles[cpu] = toggle
      let outcome = control.set([DetectionBit(.splitLock, cpu: cpu)], to: try !toggle.read())[0].outcome
      writes[cpu] = outcome
      if outcome != .took { skip("toggle of CPU \(cpu)", outcome.inWords) }
    } catch {
      skip("toggle of CPU \(cpu)", "\(error)")
    }
  }

  private func openSysctl() {
    guard control.before.mitigates != nil else {
      return skip("toggle of the sysctl", "this Linux has no kernel.split_lock_mitigate")
    }
    do {
      mitigation = try control.mitigationToggle()
    } catch {
      skip("toggle of the sysctl", "\(error)")
    }
  }

  /// Once, however many rounds it is left out of.
  func skip(_ what: String, _ reason: String) {
    if !skipped.contains(where: { $0 == (what, reason) }) { course.skip(what, reason) }
  }

  /// As found, with time for what Linux still writes.
  func reset(_ what: String) {
    let left = control.reset()
    if !left.isEmpty { skip(what, left.joined(separator: "; ")) }
  }

  private func isWritable(_ cpu: Int) -> Bool { writes[cpu] == .took }

  /// Bits of all CPUs that take the write.
  var all: [BitToggle] { plan.all.filter(isWritable).map { toggles[$0]! } }

  // MARK: Visits

  private func visit(_ cell: ToggleCell) throws {
    switch cell.part {
    case .read, .write: try time(cell, [toggles[cell.cpu!]!])
    case .allSerial: try time(cell, all)
    case .sysctl: try time(cell, [mitigation!])
    case .allParallel: try timeTogether(cell)
    case .behaviour: try watch(cell)
    case .bystander: try disturb(cell)
    }
    try putBack(cell)
  }

  private func time(_ cell: ToggleCell, _ toggles: [any DetectionToggle]) throws {
    let times = try CpuPin.pinned(to: plan.writer) {
      try ToggleTimer.times(cell.operation, toggles, clock: clock)
    }
    records[cell, default: ToggleRecord()].samples.append(times)
  }

  /// Passes of a visit, each with a wake-up of every CPU.
  private static let passes = 20

  private func timeTogether(_ cell: ToggleCell) throws {
    let toggles = all
    let times = try withAssistants(on: toggles.map(\.cpu)) { assistants in
      let hands = ParallelToggling(toggles, assistants, clock: clock)
      var isOn = try !toggles[0].read()
      let limit = clock.elapsed() + ToggleTimer.seconds
      var times: [Double] = []
      for _ in 0...ToggleExperiment.passes where times.isEmpty || clock.elapsed() < limit {
        if let time = try hands.pass(cell.operation, isOn) { times.append(time) }
        isOn.toggle()
      }
      return times.count > 1 ? Array(times.dropFirst()) : times
    }
    guard let times, !times.isEmpty else {
      return skip(cell.inWords, "not every CPU's thread came in time")
    }
    records[cell, default: ToggleRecord()].samples.append(times)
  }

  /// As found; `reset` would wait for Linux, which has nothing to do where no split lock met detection.
  private func putBack(_ cell: ToggleCell) throws {
    guard cell.operation == .write, cell.part != .behaviour else { return }
    if cell.part == .sysctl { return try mitigation!.write(control.before.mitigates!) }
    // What one CPU's write changed of its sibling's bit, too.
    for toggle in all {
      try toggle.write(control.before.isSet(DetectionBit(.splitLock, cpu: toggle.cpu))!)
    }
  }

  // MARK: Rows

  public func rows() -> [ToggleRow] {
    let writer = machine.topology.cpu(plan.writer)
    return cells.compactMap { cell in
      let record = records[cell] ?? ToggleRecord()
      guard !record.isEmpty || cell.part == .write && !isWritable(cell.cpu!) else { return nil }
      var row = record.row(cell, clock: clock)
      row.write = cell.operation == .write ? cell.cpu.flatMap { writes[$0] } : nil
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

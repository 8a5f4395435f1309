import CHost
import DetectionControl
import LockKernels
import Machine

/// What some cells cost under each setting, measured as the experiment `cost` measures them.
final class SettingsCost {
  private(set) var records: [CellRecord]
  private let cpu: MeasuringCpu
  private let clock: TscClock
  private var generator: SeededGenerator
  private var sequence = 0

  /// How much one visit measures of a cell.
  private static let plan = Plan(.quick)

  init(settings: [Setting], cpu id: Int, machine: MachineReport, clock: TscClock, seed: UInt64) throws {
    let lineBytes = machine.processor.lineBytes
    let cells = try SettingsCost.cells(cpu: id, lineBytes: lineBytes)
    records = settings.flatMap { setting in
      cells.map { cell in
        var cell = cell
        cell.setting = setting
        return cell
      }
    }.enumerated().map { CellRecord(cell: $1, index: $0, isHeadline: false) }
    cpu = try CpuPin.pinned(to: id) {
      MeasuringCpu(id: id, machine: machine, clock: clock, otherCpu: nil, lineBytes: lineBytes)
    }
    self.clock = clock
    generator = SeededGenerator(seed: seed)
  }

  /// 8-byte `lock add` at every placement, `xchg` and `lock cmpxchg` across a line, each with its locked controls.
  static func cells(cpu: Int, lineBytes: Int) throws(ImpossibleRequest) -> [Cell] {
    let planner = CellPlanner(plan: .quick, lineBytes: lineBytes, cpus: [cpu], hasOtherCpu: false)
    var add = CellRequest()
    (add.instructions, add.widths) = ([.add], [8])
    var others = CellRequest()
    (others.instructions, others.widths, others.placements) = ([.xchg, .cmpxchg], [8], [.lineSplit])
    return try (planner.cells(for: add) + planner.cells(for: others)).filter {
      $0.kernel.isLocked && $0.lineState == .hot && $0.between == .nothing
    }
  }

  /// Measures the cells under the setting in force, in random order on fresh memory.
  ///
  /// - Parameters:
  ///   - behaviour: what split locks met there just now.
  ///   - cost: what a split lock costs by itself, in seconds.
  ///   - settle: waits until Linux has closed the window that it leaves open behind a delay.
  func visit(
    _ setting: Setting, round: Int, behaviour: DoseResponse.Behaviour, cost: Double,
    course: inout ExperimentCourse, settle: () -> Void
  ) throws {
    try CpuPin.pinned(to: cpu.id) {
      let memory = try cpu.freshMemory()
      cpu.updateRule()
      cpu.runner.splitBehaviour = behaviour
      for index in visits(setting, behaviour).shuffled(using: &generator) {
        course.heedInterrupt()
        guard course.end == .finished else { return }
        let cell = records[index].cell
        guard !records[index].isSettledAsTrapped else { continue }
        guard let counts = counts(cell, cost: cost, course.budget) else {
          records[index].satOut = ExperimentEnd.outOfBudget
          continue
        }
        if cell.takesBusLock {
          if behaviour == .delayed { settle() }
          sleepInterruptibly(seconds: course.budget.rest(at: clock.elapsed()))
        }
        let group = cpu.runner.measure(
          cell, in: memory, spot: Int.random(in: 0..<(1 << 30), using: &generator), samples: counts.samples,
          singles: counts.singles, round: round, sequence: sequence)
        sequence += 1
        cpu.note(group)
        records[index].add(group)
        guard cell.takesBusLock else { continue }
        course.budget.book(operations: group.operations, cost: cost, at: clock.elapsed())
        course.stop(group.unexplainedDelay)
      }
    }
  }

  /// Each of the setting's cells several times, but once where Linux makes an operation last.
  private func visits(_ setting: Setting, _ behaviour: DoseResponse.Behaviour) -> [Int] {
    records.indices.filter { records[$0].cell.setting == setting }.flatMap { index in
      let isHeldUp = records[index].cell.takesBusLock && behaviour != .completed
      return [Int](repeating: index, count: isHeldUp ? 1 : SettingsCost.plan.headlineVisits.split)
    }
  }

  /// Samples and singles that the budget allows; nil if none.
  private func counts(
    _ cell: Cell, cost: Double, _ budget: BusBudget
  ) -> (samples: Int, singles: Int)? {
    guard cell.takesBusLock else { return (SettingsCost.plan.samplesPerVisit, 0) }
    let allowed = budget.burst(ofCost: cost)
    return [SettingsCost.plan.singlesPerRound, 0].first {
      cpu.runner.busLocks(of: cell, samples: 1, singles: $0) <= allowed
    }.map { (1, $0) }
  }

  /// How many of a setting's cells have no row though it was visited, and why.
  func unmeasured(_ setting: Setting) -> (count: Int, reason: String)? {
    let left = records.filter { $0.cell.setting == setting && !$0.isMeasured }
    guard let first = left.first else { return nil }
    let reason =
      first.operations > 0 ? "their time did not exceed the noise" : "the run ended before their turn"
    return (left.count, left.lazy.compactMap(\.satOut).first ?? reason)
  }

  /// What was measured so far, in the order of the settings.
  ///
  /// - Parameter linuxTraps: whether Linux answered split locks under a setting.
  func rows(linuxTraps: (Setting) -> Bool) -> [CostRow] {
    let byCell = Dictionary(uniqueKeysWithValues: records.map { ($0.cell, $0) })
    return records.filter(\.isMeasured).map {
      CostRow($0, aligned: byCell[$0.cell.aligned], clock: clock, linuxTraps: linuxTraps($0.cell.setting))
    }
  }
}

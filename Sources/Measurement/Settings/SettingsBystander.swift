import DetectionControl
import LockKernels
import Machine

/// What split locks back to back do, under each setting, to a bystander on another core: does detection spare it?
///
/// Compared with aligned operations at the pace of the cheapest split locks that a setting has shown, as the experiment `bystander` compares,
/// whatever Linux makes of the split ones: where it delays them the slow-down is that over sleeps and open windows; where it answers with a signal the
/// aggressor ends at the first, like a program without a handler.
final class SettingsBystander {
  /// What misses every cache: the one victim that split locks slow on every processor known.
  static let victim = Victim.dramChase

  let pair: RelatedPair
  private let memory: VictimMemory
  private let aggressorLines: OperandMemory
  private let victimLine: OperandMemory
  private let clock: TscClock
  private var generator: SeededGenerator

  /// Control, treated, control: so many a visit, and so many that may be tried for them. Where Linux delays operations a slice is
  /// long: one has to do, and a busy host may spoil one.
  private static let triples = (free: (wanted: 5, tried: 5), delayed: (wanted: 1, tried: 3))
  /// In a slice that is fast and slow by turns the slow part is no gap: in seconds.
  private static let gapSeconds = 1e-3

  init(pair: RelatedPair, machine: MachineReport, clock: TscClock, seed: UInt64) throws {
    guard let cpu = machine.topology.cpu(pair.victim) else { preconditionFailure("a pair of this machine") }
    let lineBytes = machine.processor.lineBytes
    self.pair = pair
    self.clock = clock
    memory = try VictimMemory.near(cpu, seed: seed)
    aggressorLines = try OperandMemory(pageCount: 4, cpu: pair.aggressor, lineBytes: lineBytes)
    victimLine = try OperandMemory(pageCount: 4, cpu: pair.victim, lineBytes: lineBytes)
    generator = SeededGenerator(seed: seed)
  }

  var shortcomings: Set<VictimMemory.Shortcoming> { memory.shortcomings }

  /// The slow-down under the setting in force, the median of the visit's, or why there is none.
  ///
  /// - Parameters:
  ///   - behaviour: what split locks met there just now.
  ///   - cost: what a split lock costs by itself, in seconds.
  ///   - delayed: where operations are delayed, the length of a slice, and that of a cycle of a sleep and an open window, in seconds.
  func visit(
    behaviour: DoseResponse.Behaviour, cost: Double, delayed: (length: Double, cycle: Double),
    budget: inout BusBudget
  ) throws -> Result<Double, Lack> {
    let cell = BystanderCell(pair: pair, victim: SettingsBystander.victim, aggressor: .lineSplit, fraction: 1)
    var (length, leadIn) = BystanderPlan.slice(cell, cost: cost)
    var phase = 0.0
    var triples = SettingsBystander.triples.free
    var needed = BystanderPlan.lockedTime(cell, cost: cost) * BystanderPlan.margin
    if behaviour == .delayed {
      (length, triples) = (delayed.length, SettingsBystander.triples.delayed)
      phase = SettingsBystander.phase(in: delayed.cycle, using: &generator)
      needed = (length + phase) * TightLoop.openShare
    }
    guard Double(triples.wanted) * needed <= budget.left else {
      return .failure(Lack(reason: ExperimentEnd.outOfBudget))
    }
    var slowdowns: [Double] = []
    do {
      let hasRun: Void? = try withAssistants(on: [pair.aggressor]) { assistants in
        try CpuPin.pinned(to: pair.victim) {
          VictimRunner.warm(cell.victim, memory: memory)
          let runner = try VictimRunner(
            cell.victim, memory: memory, operand: victimLine.address(.aligned, spot: 0),
            ticksPerSecond: clock.ticks(seconds: 1),
            gapSeconds: behaviour == .delayed ? SettingsBystander.gapSeconds : VictimRunner.gapSeconds)
          for _ in 0..<triples.tried where slowdowns.count < triples.wanted && needed <= budget.left {
            sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
            let slowdown = try triple(
              runner, assistants[0], behaviour, cost: cost, length: length, leadIn: leadIn, phase: phase,
              &budget)
            if let slowdown { slowdowns.append(slowdown) }
          }
        }
      }
      if hasRun == nil {
        return .failure(Lack(reason: "no thread could be started on CPU \(pair.aggressor)"))
      }
    } catch let lost as AssistantLost {
      return .failure(Lack(reason: lost.description))
    }
    guard let slowdown = Order.median(slowdowns) else {
      return .failure(Lack(reason: "CPU \(pair.aggressor) did not work all the time beside it"))
    }
    return .success(slowdown)
  }

  /// How far into a cycle a slice begins, in seconds: an aggressor that has begun stands at the opening of a window, and a slice that
  /// always began there would hold more windows than sleeps.
  static func phase(in cycle: Double, using generator: inout SeededGenerator) -> Double {
    cycle > 0 ? Double.random(in: 0..<cycle, using: &generator) : 0
  }

  /// Why there is no slow-down.
  struct Lack: Error {
    let reason: String
  }

  /// Control, treated, control; nil if the aggressor was interrupted by anything but the setting.
  private func triple(
    _ runner: VictimRunner, _ assistant: Assistant, _ behaviour: DoseResponse.Behaviour, cost: Double,
    length: Double, leadIn: Double, phase: Double, _ budget: inout BusBudget
  ) throws -> Double? {
    let spot = Int.random(in: 0..<(1 << 16), using: &generator)
    let switches = SwitchCount.now()
    let slices = try [Placement.aligned, .lineSplit, .aligned].map { placement in
      try AggressedSlice.run(
        runner, leadIn: UInt64(clock.ticks(seconds: leadIn + (placement.isSplit ? phase : 0))),
        ticks: UInt64(clock.ticks(seconds: length)),
        beside: .init(
          assistant: assistant, operand: aggressorLines.address(placement, spot: spot),
          period: placement.isSplit ? 0 : UInt64(clock.ticks(seconds: cost))))
    }
    budget.book(operations: slices[1].aggression?.operations ?? 0, cost: cost, at: clock.elapsed())
    guard !SwitchCount.now().wasStopped(since: switches) else { return nil }
    switch behaviour {
    case .completed:
      guard slices.allSatisfy({ hasWorked($0, cost: cost, length: length) }) else { return nil }
    case .delayed: guard hasLasted(slices[1], length: length) else { return nil }
    case .trapped: break
    }
    let control = (slices[0].victim.ticksPerOperation + slices[2].victim.ticksPerOperation) / 2
    let treated = slices[1].victim.ticksPerOperation
    return control > 0 && treated > 0 ? treated / control : nil
  }

  /// Whether the aggressor, which began before the victim, worked all the time. Their clocks' offset is unknown, not their pace.
  private func hasWorked(_ slice: AggressedSlice, cost: Double, length: Double) -> Bool {
    guard let aggression = slice.aggression else { return false }
    let longestGap = clock.ticks(seconds: max(4 * cost, length / 4) + VictimRunner.gapSeconds)
    return aggression.wasOnItsCpu && Double(aggression.longestGap) <= longestGap
      && aggression.lastTick - aggression.firstTick >= slice.victim.lastTick - slice.victim.firstTick
  }

  /// Whether the aggressor, asleep or not, was there until the end: one that sleeps beyond its deadline is not.
  private func hasLasted(_ slice: AggressedSlice, length: Double) -> Bool {
    guard let aggression = slice.aggression else { return false }
    // Their clocks differ by less.
    let tolerance = UInt64(clock.ticks(seconds: length / 20))
    return aggression.wasOnItsCpu && aggression.lastTick + tolerance >= slice.victim.lastTick
  }
}

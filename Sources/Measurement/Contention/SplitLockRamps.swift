import CHost
import LockKernels
import Machine

/// How split locks behave on each CPU, tried once in a run: one, then ten, then a hundred, across lines and across pages.
public final class SplitLockRamps {
  /// One CPU's answers.
  public struct Ramp: Sendable {
    public var line: DoseResponse
    public var page: DoseResponse

    /// Whether split locks run on this CPU as silicon runs them.
    public var isCompleted: Bool { line.behaviour == .completed && page.behaviour == .completed }
    var unexplainedDelay: Double? { line.unexplainedDelay ?? page.unexplainedDelay }

    /// Native cost of a split lock, in seconds.
    func cost(_ clock: TscClock, _ placement: Placement = .lineSplit) -> Double {
      let ticks = placement == .pageSplit ? page.nativeTicks : line.nativeTicks
      return ticks.map(clock.seconds) ?? DoseResponse.assumedSeconds
    }
  }

  private let machine: MachineReport
  private var known: [Int: Ramp] = [:]

  init(machine: MachineReport) { self.machine = machine }

  /// The CPU's ramp, climbed now if it was not before, and booked; nil if the budget does not allow that.
  func ramp(on cpu: Int, clock: TscClock, budget: inout BusBudget) throws -> Ramp? {
    if let ramp = known[cpu] { return ramp }
    guard budget.left >= DoseResponse.leastBudget(cpus: 1) else { return nil }
    let ramp = try CpuPin.pinned(to: cpu) {
      let memory = try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: machine.processor.lineBytes)
      let line = climb(.lineSplit, memory, clock)
      // What ended one ramp would meet the other.
      let isOver = line.behaviour != .completed || line.unexplainedDelay != nil
      return Ramp(line: line, page: isOver ? line : climb(.pageSplit, memory, clock))
    }
    let operations = ramp.line.operations + ramp.page.operations
    budget.book(operations: operations, cost: ramp.cost(clock), at: clock.elapsed())
    known[cpu] = ramp
    return ramp
  }

  private func climb(_ placement: Placement, _ memory: OperandMemory, _ clock: TscClock) -> DoseResponse {
    var timer = GuardedTimer()
    let ramp = DoseRamp(
      policy: machine.policy, timerTicks: TimerCost.measure().medianTicks,
      ticksPerSecond: clock.ticks(seconds: 1))
    return ramp.climb(&timer, placement, in: memory)
  }
}

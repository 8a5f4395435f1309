import LockKernels
import Machine

/// One CPU that measures: its runner, its clock's cost, and what it learned of itself.
final class MeasuringCpu {
  let id: Int
  var runner: GroupRunner<GuardedTimer>
  let timerCost: TimerCost
  /// Core cycles of the loop's own instructions for each operation, were they not overlapped at all.
  let loopOverheadBound: Double
  private(set) var doseResponses: [Placement: DoseResponse] = [:]
  private(set) var memoryShortcomings: Set<OperandMemory.Shortcoming> = []
  /// What this CPU and the one that modifies its lines show of their relation; nil without one, or without answer.
  let pair: PairCheck?
  private var throughputs: [Double] = []
  private var memory: OperandMemory?
  private let lineBytes: Int

  /// Pages of operand memory, enough for a walk's operands to have one each.
  private static let pages = 34

  /// The calling thread must be pinned to the CPU.
  init(id: Int, machine: MachineReport, clock: TscClock, otherCpu: Int?, lineBytes: Int) {
    self.id = id
    self.lineBytes = lineBytes
    timerCost = TimerCost.measure()
    loopOverheadBound = LoopOverhead.coreCyclesPerOperation()
    pair = otherCpu.flatMap { PairCheck.run(otherCpu: $0, clock: clock) }
    let pmu = machine.topology.cpu(id).flatMap {
      PmuCounters(Pmu(cpu: $0, processor: machine.processor, files: .live))
    }
    runner = GroupRunner(
      timer: GuardedTimer(),
      rule: DisturbanceRule.learned(ticksPerMicrosecond: clock.ticks(seconds: 1e-6)),
      policy: machine.policy, ticksPerSecond: clock.ticks(seconds: 1), pmu: pmu, otherCpu: otherCpu)
  }

  /// Allocates a round's memory. The last round's is freed only then, so that this one lies on other pages.
  func freshMemory() throws(OperandMemory.Failure) -> OperandMemory {
    let fresh = try OperandMemory(
      pageCount: MeasuringCpu.pages, cpu: id, lineBytes: lineBytes)
    memoryShortcomings.formUnion(fresh.shortcomings)
    memory = fresh
    return fresh
  }

  /// Tries split locks of one placement, a few at a time.
  func climb(_ placement: Placement) throws(OperandMemory.Failure) -> DoseResponse {
    let memory = try freshMemory()
    let ramp = DoseRamp(
      policy: runner.policy, timerTicks: timerCost.medianTicks,
      ticksPerSecond: runner.ticksPerSecond)
    let response = ramp.climb(&runner.timer, placement, in: memory)
    doseResponses[placement] = response
    // The window that Linux leaves open behind a delay hides the delay of what is tried next: keep the worst.
    if response.behaviour != .completed { runner.splitBehaviour = response.behaviour }
    return response
  }

  /// Whether nothing disturbs the core now.
  func isCalm() -> Bool {
    let probe = Probe.take(ticksPerMicrosecond: runner.ticksPerSecond / 1e6)
    return runner.rule.judge(before: probe, after: probe, preempted: false).isEmpty
  }

  /// Takes in what a group's probes saw.
  func note(_ group: Group) { throughputs.append(group.addsPerCycle) }

  /// Judges the coming round by all probes so far.
  func updateRule() {
    guard throughputs.count >= 100 else { return }
    runner.rule.learn(throughputs)
  }
}

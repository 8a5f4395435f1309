import CAtomics
import CHost
import LockKernels

/// Locked adds on another CPU while the calling thread does something else.
///
/// Started and stopped by the calling thread; ends by itself at its deadline.
final class Aggression: @unchecked Sendable {
  /// What the other CPU did.
  struct Report {
    var operations: Int
    /// TSC of that CPU when it began and when it ended.
    var firstTick: UInt64
    var lastTick: UInt64
    /// Operations a TSC tick, from the start of the first to that of the last.
    var rate: Double
    /// The longest time between the starts of two operations, or the last and the end, in TSC ticks.
    var longestGap: UInt64
    var trap: Trap?
    /// Whether its thread was found on its CPU, before and after.
    var wasOnItsCpu: Bool
    /// Whether Linux ran something else on its CPU meanwhile.
    var wasPreempted: Bool

    /// Seconds of an operation that nothing explains and that ends the run.
    func unexplainedDelay(_ clock: TscClock) -> Double? {
      let longest = clock.seconds(Double(longestGap))
      return !wasPreempted && longest > Plan.unexplainedDelay ? longest : nil
    }
  }

  private let work: UnsafeMutablePointer<catomics_aggression>
  /// A line of its own: polling it must not disturb anything.
  private let stopFlag: UnsafeMutablePointer<UInt32>
  private let assistant: Assistant
  private let gate: StartGate?
  private let deadlineTicks: UInt64
  private var trap: Trap?
  private var wasOnItsCpu = true
  private var wasPreempted = false

  /// - Parameters:
  ///   - period: TSC ticks between the starts of two operations; 0 is back to back.
  ///   - deadlineTicks: it ends so many ticks from its beginning, or from the gate's opening, stopped or not.
  ///   - gate: where it waits for others; nil starts at once.
  ///   - batch: operations between two looks at the clock.
  init(
    on assistant: Assistant, operand: UnsafeMutableRawPointer, period: UInt64, deadlineTicks: UInt64,
    gate: StartGate? = nil, addend: UInt64 = 1, batch: UInt64 = 1
  ) {
    self.assistant = assistant
    self.gate = gate
    self.deadlineTicks = deadlineTicks
    stopFlag = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
      .initializeMemory(as: UInt32.self, repeating: 0, count: 1)
    work = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 128)
      .initializeMemory(
        as: catomics_aggression.self,
        repeating: catomics_aggression(
          operand: operand, addend: addend, period: period, batch: batch, start: 0,
          deadline: 0, stop: stopFlag, is_running: 0, operations: 0,
          longest_gap: 0,
          first_tick: 0, last_start: 0, last_tick: 0), count: 1)
  }

  deinit {
    UnsafeMutableRawPointer(stopFlag).deallocate()
    UnsafeMutableRawPointer(work).deallocate()
  }

  /// Has it begin.
  func begin() throws(AssistantLost) { try assistant.begin { [self] in run() } }

  private func run() {
    let (before, switches) = (chost_current_cpu(), SwitchCount.now())
    // From now, not from when it was asked for: on a busy machine a thread may wake later than a short slice is long.
    var start = catomics_tsc()
    if let gate {
      guard let opening = gate.pass() else { return }
      start = opening
    }
    (work.pointee.start, work.pointee.deadline) = (start, start + deadlineTicks)
    trap = BusErrorGuard.trap(catomics_aggress, work)
    wasPreempted = SwitchCount.now().wasPreempted(since: switches)
    wasOnItsCpu = before == assistant.cpu && chost_current_cpu() == before
  }

  /// Has it begin; returns once its first operations are done, or it has ended.
  ///
  /// - Throws: `AssistantLost` if it does neither in time; it does nothing then when it comes back.
  func start() throws(AssistantLost) {
    try begin()
    guard waitUntil({ catomics_flag(&work.pointee.is_running) != 0 || assistant.hasFinished }) else {
      // Its deadline counts from its waking: nothing else would keep it from work that nobody waits for.
      catomics_set_flag(stopFlag, 1)
      throw AssistantLost(cpu: assistant.cpu)
    }
  }

  func stop() throws(AssistantLost) -> Report {
    catomics_set_flag(stopFlag, 1)
    return try finish()
  }

  /// Waits for its deadline.
  func finish() throws(AssistantLost) -> Report {
    try assistant.finish()
    let done = work.pointee
    let counted = Double(done.operations) - Double(done.batch)
    return Report(
      operations: Int(done.operations), firstTick: done.first_tick, lastTick: done.last_tick,
      rate: counted > 0 ? counted / Double(done.last_start - done.first_tick) : 0,
      longestGap: done.longest_gap,
      trap: trap, wasOnItsCpu: wasOnItsCpu, wasPreempted: wasPreempted)
  }
}

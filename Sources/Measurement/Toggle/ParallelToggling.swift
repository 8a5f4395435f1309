import CAtomics
import DetectionControl

/// A thread on every CPU, each of which reads or writes its own bit, all at one time.
final class ParallelToggling {
  private let hands: [Hand]
  private let clock: TscClock
  /// From the arrival of the last thread to the start of all, in seconds.
  private static let lead = 0.0002

  /// - Parameter assistants: one on the CPU of each toggle, in their order.
  init(_ toggles: [BitToggle], _ assistants: [Assistant], clock: TscClock) {
    hands = zip(toggles, assistants).map { Hand(toggle: $0, assistant: $1) }
    self.clock = clock
  }

  /// Has all do it once.
  ///
  /// - Parameter more: other threads that pass the gate.
  /// - Returns: TSC ticks from the gate's opening until the last had done it; nil if a thread came too late, or the process
  ///   was stopped.
  func pass(
    _ operation: ToggleCell.Operation, _ isOn: Bool, gate: StartGate = StartGate(), more: Int = 0
  ) throws -> Double? {
    let switches = SwitchCount.now()
    for hand in hands { try hand.begin(operation, isOn, gate) }
    let lead = ParallelToggling.lead
    let isOpen = gate.open(for: hands.count + more, lead: UInt64(clock.ticks(seconds: lead)))
    // This thread leaves its CPU to theirs.
    sleepInterruptibly(seconds: lead)
    let times = try hands.map { try $0.finish() }
    return isOpen && !SwitchCount.now().wasStopped(since: switches) ? times.max() : nil
  }

  private final class Hand: @unchecked Sendable {
    private let toggle: BitToggle
    private let assistant: Assistant
    /// The assistant's until it has finished.
    private var ticks = 0.0
    private var failure: RegisterFailure?

    init(toggle: BitToggle, assistant: Assistant) { (self.toggle, self.assistant) = (toggle, assistant) }

    func begin(_ operation: ToggleCell.Operation, _ isOn: Bool, _ gate: StartGate) throws {
      try assistant.begin { [self] in
        guard let start = gate.pass() else { return }
        do throws(RegisterFailure) {
          while catomics_tsc() < start { catomics_pause() }
          try operation.perform(on: toggle, isOn)
          ticks = Double(catomics_tsc()) - Double(start)
        } catch {
          failure = error
        }
      }
    }

    func finish() throws -> Double {
      try assistant.finish()
      if let failure { throw failure }
      return ticks
    }
  }
}

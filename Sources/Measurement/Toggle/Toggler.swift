import CAtomics
import DetectionControl
import Synchronization

/// Toggles a CPU's bit from another one, at a pace, while the calling thread does something else; ends by itself at its
/// deadline.
final class Toggler: @unchecked Sendable {
  struct Report {
    var operations: Int
    var ticks: Double
  }

  private let assistant: Assistant
  private let toggle: BitToggle
  private let operation: ToggleCell.Operation?
  private let period: UInt64
  private let deadline: UInt64
  private let isRunning = Atomic<Bool>(false)
  private let isStopped = Atomic<Bool>(false)
  /// The assistant's until it has finished.
  private var report = Report(operations: 0, ticks: 0)
  private var failure: RegisterFailure?

  /// - Parameters:
  ///   - operation: nil keeps the pace and does nothing: the control.
  ///   - period: TSC ticks between two; 0 is one behind the other.
  init(
    on assistant: Assistant, _ toggle: BitToggle, _ operation: ToggleCell.Operation?, period: UInt64,
    deadlineTicks: UInt64
  ) {
    (self.assistant, self.toggle, self.operation, self.period) = (assistant, toggle, operation, period)
    deadline = catomics_tsc() + deadlineTicks
  }

  /// Returns once it is at work.
  func start() throws {
    try assistant.begin { [self] in work() }
    guard waitUntil({ isRunning.load(ordering: .acquiring) || assistant.hasFinished }) else {
      isStopped.store(true, ordering: .releasing)
      throw AssistantLost(cpu: assistant.cpu)
    }
  }

  func stop() throws -> Report {
    isStopped.store(true, ordering: .releasing)
    try assistant.finish()
    if let failure { throw failure }
    return report
  }

  private func work() {
    do throws(RegisterFailure) {
      var isOn = try !toggle.read()
      let start = catomics_tsc()
      // Half a period in: a slice of some periods then holds as many.
      var next = start + period / 2
      isRunning.store(true, ordering: .releasing)
      while !isStopped.load(ordering: .acquiring), catomics_tsc() < deadline {
        guard let operation, catomics_tsc() >= next else {
          catomics_pause()
          continue
        }
        try operation.perform(on: toggle, isOn)
        isOn.toggle()
        report.operations += 1
        next = max(next + period, catomics_tsc())
      }
      report.ticks = Double(catomics_tsc() - start)
    } catch {
      failure = error
    }
  }
}

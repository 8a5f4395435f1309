import CHost
import LockKernels

/// Split locks of the calling thread, one at a time, each with its times and with what it met.
final class SplitLockProbe {
  enum Met: Sendable {
    case nothing
    /// It took over 5 ms, and the task slept: Linux put it to sleep.
    case delay
    case signal
  }

  /// Times in TSC ticks.
  struct Operation: Sendable, Equatable {
    var start: UInt64
    var end: UInt64
    var met: Met
  }

  private let site: TrapSite
  private let window: SignalWindow
  private let operand: UnsafeMutableRawPointer
  private let delayTicks: UInt64
  private let opened = SwitchCount.now()

  /// Opens on the calling thread, which must also close it.
  ///
  /// - Parameter memory: must outlive it.
  /// - Returns: nil if Linux refuses a handler.
  init?(_ memory: OperandMemory, clock: TscClock) {
    guard let site = TrapSite.find(widthBytes: 8, isLocked: true), let window = SignalWindow(site) else {
      return nil
    }
    (self.site, self.window) = (site, window)
    operand = memory.address(.lineSplit, widthBytes: 8, spot: 0)
    delayTicks = UInt64(clock.ticks(seconds: DoseRamp.delay))
  }

  func issue() -> Operation {
    let switches = SwitchCount.now()
    var times: (start: UInt64, end: UInt64) = (0, 0)
    window.forget()
    withUnsafeMutableBytes(of: &times) { site.run(operand, 0, $0.baseAddress!) }
    let met: Met =
      if window.count > 0 {
        .signal
      } else if times.end &- times.start > delayTicks, SwitchCount.now().hasSlept(since: switches) {
        .delay
      } else {
        .nothing
      }
    return Operation(start: times.start, end: times.end, met: met)
  }

  /// Whether the process was stopped since it was opened: what was timed meanwhile says nothing of Linux's delays.
  var wasStopped: Bool { SwitchCount.now().wasStopped(since: opened) }

  func close() { window.close() }
}

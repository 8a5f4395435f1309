import CAtomics
import CHost
import LockKernels
import Machine

/// Split locks one after another, on a task of its own: where nothing delays them until they have locked the bus for a burst,
/// else until their time is up, so that several of Linux's delays and open windows are in it.
final class TightLoop: @unchecked Sendable {
  private let memory: OperandMemory
  let site: TrapSite
  private let cpu: Int
  private let placement: Placement
  private let clock: TscClock
  private let seconds: Double
  private(set) var record: TrapRecord
  private(set) var wall = 0.0
  private(set) var cycles = DelayCycles()
  /// Whether the process was stopped meanwhile: the wall time is the stop's.
  private(set) var wasStopped = false

  /// Where operations are delayed, the loop locks the bus in open windows, for at most this share of its time.
  static let openShare = 0.5
  /// Operations at most; each is kept.
  static let most = 200_000

  /// Operations a second of wall time: of whole cycles from delay to delay, where there are some.
  var throughput: Double { cycles.operationsPerSecond ?? Double(record.issued) / wall }

  /// - Parameter seconds: of wall time, where operations are delayed.
  init?(cpu: Int, placement: Placement, machine: MachineReport, clock: TscClock, seconds: Double) throws {
    guard let site = TrapSite.find(widthBytes: 8, isLocked: true) else { return nil }
    memory = try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: machine.processor.lineBytes)
    (self.site, self.cpu, self.placement) = (site, cpu, placement)
    (self.clock, self.seconds) = (clock, seconds)
    record = TrapRecord(
      TrapCell(
        cpu: cpu, trigger: .splitLock, context: .inProcess, placement: placement, widthBytes: 8,
        isLocked: true))
  }

  /// - Returns: false if no thread could be started.
  func run() -> Bool {
    let switches = SwitchCount.now()
    let ran: Void? = CompanionThread.running(on: cpu, { self.loop() }, stop: {}, { () })
    wasStopped = SwitchCount.now().wasStopped(since: switches)
    return ran != nil
  }

  private func loop() {
    guard let window = SignalWindow(site) else {
      record.refusal = "no signal window"
      return
    }
    defer { window.close() }
    defer { withExtendedLifetime(memory) {} }
    let operand = memory.address(placement, widthBytes: 8, spot: 0)
    let burst = (
      free: clock.ticks(seconds: Plan.longestBurst),
      delayed: clock.ticks(seconds: seconds * TightLoop.openShare)
    )
    let delay = clock.ticks(seconds: DoseRamp.delay)
    let start = clock.elapsed()
    var locked = 0.0
    var switches = SwitchCount.now()
    var times: (before: UInt64, after: UInt64) = (0, 0)
    while record.issued < TightLoop.most, locked < (cycles.isEmpty ? burst.free : burst.delayed),
      clock.elapsed() - start < seconds
    {
      let before = operand.loadUnaligned(as: UInt64.self)
      window.forget()
      withUnsafeMutableBytes(of: &times) { site.run(operand, 0, $0.baseAddress!) }
      let ticks = times.after &- times.before
      record.issued += 1
      let isPerformed = operand.loadUnaligned(as: UInt64.self) != before
      if isPerformed { record.performed += 1 }
      if window.count > 0 {
        record.trapped += window.count
        if record.first == nil {
          record.first = TrapSigns(window.trap, alignmentCheck: TrapSite.alignmentCheck)
        }
      } else if Double(ticks) > delay {
        // Asked only now: a system call an operation would not be a tight loop.
        let now = SwitchCount.now()
        if now.wasHeldUp(since: switches) { record.delays.append(ticks) }
        if now.hasSlept(since: switches) {
          record.sleeps += 1
          // What the host held up is no cycle, and leaves no window behind.
          cycles.add(operations: record.issued, at: clock.elapsed())
        }
        switches = now
      } else {
        record.roundTrips.append(ticks)
        if placement.isSplit { locked += Double(ticks) }
      }
    }
    wall = clock.elapsed() - start
  }
}

import CAtomics
import Glibc
import LockKernels
import Machine
import Synchronization

/// One window: a split lock on one CPU has Linux take detection off its core for a while, and split locks are tried on a CPU
/// until Linux delays one.
final class LeakTrial: @unchecked Sendable {
  private let opener: Int
  private let cpu: Int
  private let clock: TscClock
  private let memories: (opener: OperandMemory, cpu: OperandMemory)
  private let pause: Double
  /// TSC when the window was open; 0 before, and `never` if it was not opened.
  private let openedAt = Atomic<UInt64>(0)
  private static let never = UInt64.max

  /// Split locks that it took to open.
  private(set) var openerIssued = 0
  /// What the CPU met; its thread's until that has ended.
  private(set) var record = Record()

  struct Record: Sendable {
    /// Whether the opener's split lock was delayed, as it must be.
    var isOpened = false
    /// Split locks that passed free.
    var passed = 0
    /// From the opening to the end of the last free one, and to the start of the one that was delayed, in ticks.
    var openTicks: UInt64?
    var closedTicks: UInt64?
    /// It met a signal.
    var isSignalled = false
    /// Whether the CPU's bit read clear just behind the opening; nil where it was not read.
    var isClear: Bool?
    /// Split locks issued on the CPU.
    var issued = 0
  }

  /// Split locks that may find no detection before the opening is given up.
  private static let tries = 3
  /// A window that is open for so many seconds does not close by itself.
  private static let limit = 0.15

  /// - Parameter pause: between two split locks, in seconds.
  init(opener: Int, cpu: Int, machine: MachineReport, clock: TscClock, pause: Double) throws {
    (self.opener, self.cpu, self.clock, self.pause) = (opener, cpu, clock, pause)
    let lineBytes = machine.processor.lineBytes
    memories = (
      try OperandMemory(pageCount: 4, cpu: opener, lineBytes: lineBytes),
      try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: lineBytes)
    )
  }

  /// - Parameter isClear: reads the CPU's bit; called while the window is open.
  /// - Returns: false if a thread could not be started.
  func run(isClear: () -> Bool?) -> Bool {
    var clear: Bool?
    func read() {
      if waitUntil({ openedAt.load(ordering: .acquiring) != 0 }), isOpen { clear = isClear() }
    }
    let ran: Void?
    if cpu == opener {
      ran = CompanionThread.running(on: cpu, { self.open(andWatch: true) }, stop: {}, { read() })
    } else {
      let open = {
        CompanionThread.running(on: self.opener, { self.open(andWatch: false) }, stop: {}, { read() })
      }
      ran = CompanionThread.running(on: cpu, { self.watch() }, stop: {}, open)
    }
    record.isClear = clear
    return ran != nil
  }

  private var isOpen: Bool { ![0, LeakTrial.never].contains(openedAt.load(ordering: .acquiring)) }

  private func open(andWatch: Bool) {
    guard let probe = SplitLockProbe(memories.opener, clock: clock) else {
      return openedAt.store(LeakTrial.never, ordering: .releasing)
    }
    defer { probe.close() }
    defer { withExtendedLifetime(memories) {} }
    var opened = LeakTrial.never
    for _ in 0..<LeakTrial.tries {
      let operation = probe.issue()
      openerIssued += 1
      guard operation.met == .nothing else {
        if operation.met == .delay { opened = operation.end }
        break
      }
    }
    openedAt.store(opened, ordering: .releasing)
    if andWatch, opened != LeakTrial.never { watch(probe, from: opened) }
  }

  private func watch() {
    guard let probe = SplitLockProbe(memories.cpu, clock: clock) else { return }
    defer { probe.close() }
    // A thread that spun would slow the opener's sibling, or in an emulator hold up the opener.
    let deadline = clock.elapsed() + Assistant.patience
    while openedAt.load(ordering: .acquiring) == 0 {
      guard clock.elapsed() < deadline else { return }
      sleep(seconds: 50e-6)
    }
    guard isOpen else { return }
    watch(probe, from: openedAt.load(ordering: .acquiring))
  }

  private func watch(_ probe: SplitLockProbe, from opened: UInt64) {
    record.isOpened = true
    let limit = opened + UInt64(clock.ticks(seconds: LeakTrial.limit))
    let pause = UInt64(clock.ticks(seconds: pause))
    while catomics_tsc() < limit {
      let operation = probe.issue()
      record.issued += 1
      guard operation.met == .nothing else {
        record.isSignalled = operation.met == .signal
        // TSCs of two CPUs may differ by some ticks.
        record.closedTicks = operation.start > opened ? operation.start - opened : 0
        return
      }
      record.passed += 1
      record.openTicks = operation.end > opened ? operation.end - opened : 0
      let next = operation.end + pause
      while catomics_tsc() < next { catomics_pause() }
    }
  }
}

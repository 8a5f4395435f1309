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
  private let leastTicks: UInt64
  /// TSC when the window was open; 0 before, and `never` if it was not opened.
  private let openedAt = Atomic<UInt64>(0)
  private static let never = UInt64.max

  /// Split locks that it took to open.
  private var opening = LockedTime()
  /// What the CPU met; its thread's until that has ended.
  private(set) var record = Record()

  /// All that the trial took of the bus.
  var locked: LockedTime { opening + record.locked }

  struct Record: Sendable {
    /// Whether the opener's split lock was delayed, as it must be, and the CPU was tried while the window was surely open.
    var isWatched = false
    /// Split locks that passed free.
    var passed = 0
    /// From the opening to the end of the last free one, and to the start of the one that was delayed, in ticks.
    var openTicks: UInt64?
    var closedTicks: UInt64?
    /// Whether nothing was delayed as long as it was watched.
    var isStillOpen = false
    /// It met a signal.
    var isSignalled = false
    /// Whether the CPU's bit read clear while the window was open; nil where it was not read then.
    var isClear: Bool?
    /// What the CPU's split locks took of the bus.
    var locked = LockedTime()

    /// - Parameter least: ticks for which the window is surely open: a first split lock that is delayed later says nothing of it.
    mutating func note(_ end: PacedSplitLocks.End, opened: UInt64, least: UInt64) {
      if case .answered(let operation) = end {
        isSignalled = operation.met == .signal
        closedTicks = LeakTrial.ticks(from: opened, to: operation.start)
      }
      isWatched = passed > 0 || closedTicks.map { $0 < least } ?? false
      isStillOpen = end == .time && passed > 0
    }

    /// Keeps what the CPU's bit read, unless the window may have been closed by then.
    ///
    /// - Parameter ticks: from the opening to behind the reading.
    mutating func note(clear: Bool?, at ticks: UInt64, least: UInt64) {
      let open = passed > 0 ? closedTicks ?? openTicks ?? 0 : least
      if isWatched, ticks < open { isClear = clear }
    }
  }

  /// Split locks that may find no detection before the opening is given up.
  private static let tries = 3
  /// A window that is open for so many seconds does not close by itself.
  private static let limit = 0.15

  /// Split locks are this far apart, in seconds: short beside a window, and so long that the dearest, of 7 us, lock the bus for no
  /// longer than a burst until the limit.
  private static let pause = 100e-6

  /// - Parameter least: for which a window is surely open, in seconds.
  init(opener: Int, cpu: Int, machine: MachineReport, clock: TscClock, least: Double) throws {
    (self.opener, self.cpu, self.clock) = (opener, cpu, clock)
    leastTicks = UInt64(clock.ticks(seconds: least))
    let lineBytes = machine.processor.lineBytes
    memories = (
      try OperandMemory(pageCount: 4, cpu: opener, lineBytes: lineBytes),
      try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: lineBytes)
    )
  }

  /// - Parameter isClear: reads the CPU's bit; called while the window is open.
  /// - Returns: false if a thread could not be started.
  func run(isClear: () -> Bool?) -> Bool {
    var reading: (clear: Bool?, ticks: UInt64)?
    func read() {
      guard waitUntil({ openedAt.load(ordering: .acquiring) != 0 }), isOpen else { return }
      let clear = isClear()
      reading = (clear, LeakTrial.ticks(from: openedAt.load(ordering: .acquiring), to: catomics_tsc()))
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
    if let reading { record.note(clear: reading.clear, at: reading.ticks, least: leastTicks) }
    return ran != nil
  }

  /// TSCs of two CPUs may differ by some ticks.
  private static func ticks(from opened: UInt64, to tick: UInt64) -> UInt64 {
    tick > opened ? tick - opened : 0
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
      opening.add(operation, clock)
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
      sleepInterruptibly(seconds: 50e-6)
    }
    guard isOpen else { return }
    watch(probe, from: openedAt.load(ordering: .acquiring))
  }

  private func watch(_ probe: SplitLockProbe, from opened: UInt64) {
    var paced = PacedSplitLocks(clock: clock, pause: LeakTrial.pause)
    let limit = opened + UInt64(clock.ticks(seconds: LeakTrial.limit))
    let end = paced.run(until: limit, issue: probe.issue) { operation in
      record.passed += 1
      record.openTicks = LeakTrial.ticks(from: opened, to: operation.end)
      return false
    }
    record.locked = paced.locked
    // Linux closes the window during a stop as well, with nobody to see it.
    guard !probe.wasStopped else { return }
    record.note(end, opened: opened, least: leastTicks)
  }
}

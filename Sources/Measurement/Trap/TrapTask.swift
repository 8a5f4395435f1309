import CHost
import Glibc
import LockKernels
import Machine

/// One cell tried by a task of its own: Linux reports split locks once a task.
final class TrapTask: @unchecked Sendable {
  private let site: TrapSite
  private let address: UnsafeMutableRawPointer
  private let trials: Int
  private let clock: TscClock
  private let pmu: Pmu?
  /// Wall time that a cell may take where every operation is delayed, in seconds.
  private static let limit = 0.3
  /// What became of it.
  private(set) var record: TrapRecord
  /// Length in seconds of an operation over `longest`.
  private(set) var unexplained: Double?
  private let longest: Double
  private let flags: UInt64

  /// - Parameter longest: an operation of so many seconds ends it.
  init(
    _ cell: TrapCell, _ site: TrapSite, _ address: UnsafeMutableRawPointer, trials: Int, longest: Double,
    clock: TscClock, pmu: Pmu?
  ) {
    (self.site, self.address, self.trials, self.longest) = (site, address, trials, longest)
    (self.clock, self.pmu) = (clock, pmu)
    record = TrapRecord(cell)
    flags = cell.trigger == .eflagsAC ? TrapSite.alignmentCheck : 0
  }

  /// Runs on a new thread on the cell's CPU, while the caller waits.
  func run() {
    let ran: Void? = CompanionThread.running(on: record.cell.cpu, { self.tryAll() }, stop: {}, { () })
    if ran == nil { record.refusal = "no thread could be started" }
  }

  private func tryAll() {
    guard chost_current_cpu() == Int32(record.cell.cpu) else {
      record.refusal = "Linux did not keep the thread on its CPU"
      return
    }
    guard let window = SignalWindow(site) else {
      record.refusal = "no signal window: sigaltstack, mmap or sigaction failed"
      return
    }
    defer { window.close() }
    guard let counters = pmu.flatMap(PmuCounters.init) else { return tryAll(window) }
    let count = counters.counting { tryAll(window) }.count
    record.busLocks = count.busLocks.map { Int($0) }
  }

  private func tryAll(_ window: SignalWindow) {
    let limit = clock.elapsed() + TrapTask.limit
    for trial in 0..<trials {
      // Where Linux delays every operation, a few tell.
      if trial % 16 == 15 || !record.delays.isEmpty, clock.elapsed() > limit { break }
      // One in which the process was stopped tells nothing of Linux's delays, and is tried again.
      while !attempt(window) {}
      guard unexplained == nil else { break }
    }
  }

  /// One operation, and what became of it.
  ///
  /// - Returns: whether its times are its own.
  private func attempt(_ window: SignalWindow) -> Bool {
    func value() -> UInt64 { address.loadUnaligned(as: UInt64.self) }
    let before = value()
    let switches = SwitchCount.now()
    var times: (before: UInt64, after: UInt64) = (0, 0)
    window.forget()
    withUnsafeMutableBytes(of: &times) { site.run(address, flags, $0.baseAddress!) }
    let ticks = times.after &- times.before
    record.issued += 1
    if value() != before { record.performed += 1 }
    let now = SwitchCount.now()
    let isTimed = !now.wasStopped(since: switches)
    if isTimed {
      note(ticks, isHeldUp: now.wasHeldUp(since: switches), hasSlept: now.hasSlept(since: switches))
    }
    guard window.count > 0 else { return isTimed }
    let trap = window.trap
    let signs = TrapSigns(trap, alignmentCheck: TrapSite.alignmentCheck)
    record.trapped += window.count
    record.signal = SIGBUS
    if record.first == nil { record.first = signs }
    if record.first != signs { record.differing += 1 }
    guard isTimed else { return false }
    record.entries.append(trap.entry_tick &- times.before)
    record.resumes.append(times.after &- trap.exit_tick)
    return true
  }

  private func note(_ ticks: UInt64, isHeldUp: Bool, hasSlept: Bool) {
    let seconds = clock.seconds(Double(ticks))
    if seconds > DoseRamp.delay, isHeldUp {
      record.delays.append(ticks)
      if hasSlept { record.sleeps += 1 }
      if seconds > longest { unexplained = seconds }
    }
    record.longestTicks = max(record.longestTicks, ticks)
    record.roundTrips.append(ticks)
  }
}

import CAtomics
import CHost
import LockKernels

/// What runs beside a victim.
public enum Aggressor: String, Sendable, CaseIterable, Codable {
  /// Nothing: the other CPU sleeps.
  case idle
  /// `lock add` on one line, at the pace of the split locks it is compared with.
  case alignedAtomic = "aligned-atomic"
  case lineSplit = "line-split"
  case pageSplit = "page-split"

  public var summary: String {
    switch self {
    case .idle: "nothing: the other CPU sleeps"
    case .alignedAtomic: "8-byte lock add, aligned, at the pace of the split locks it is compared with"
    case .lineSplit: "8-byte lock add across two lines"
    case .pageSplit: "8-byte lock add across two pages"
    }
  }

  var placement: Placement? {
    switch self {
    case .idle: nil
    case .alignedAtomic: .aligned
    case .lineSplit: .lineSplit
    case .pageSplit: .pageSplit
    }
  }

  public var takesBusLocks: Bool { placement?.isSplit ?? false }
}

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
    var trap: Trap?
    /// Whether its thread was found on its CPU, before and after.
    var wasOnItsCpu: Bool

    /// Operations a TSC tick.
    var rate: Double { lastTick > firstTick ? Double(operations) / Double(lastTick - firstTick) : 0 }
  }

  private let work: UnsafeMutablePointer<catomics_aggression>
  /// A line of its own: polling it must not disturb anything.
  private let stopFlag: UnsafeMutablePointer<UInt32>
  private let assistant: Assistant
  private var trap: Trap?
  private var wasOnItsCpu = true

  /// - Parameters:
  ///   - period: TSC ticks between the starts of two operations; 0 is back to back.
  ///   - start: TSC before which it does not begin.
  ///   - deadlineTicks: it ends so many ticks from then, or from now, stopped or not.
  init(
    on assistant: Assistant, operand: UnsafeMutableRawPointer, period: UInt64, deadlineTicks: UInt64,
    start: UInt64 = 0, addend: UInt64 = 1, batch: UInt64 = 1
  ) {
    self.assistant = assistant
    stopFlag = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
      .initializeMemory(as: UInt32.self, repeating: 0, count: 1)
    work = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 128)
      .initializeMemory(
        as: catomics_aggression.self,
        repeating: catomics_aggression(
          operand: operand, addend: addend, period: period, batch: batch,
          start: start, deadline: max(start, catomics_tsc()) + deadlineTicks, stop: stopFlag, is_running: 0,
          operations: 0, first_tick: 0,
          last_tick: 0), count: 1)
  }

  deinit {
    UnsafeMutableRawPointer(stopFlag).deallocate()
    UnsafeMutableRawPointer(work).deallocate()
  }

  /// Has it begin.
  func begin() {
    assistant.begin { [self] in
      let before = chost_current_cpu()
      let result = chost_guard(catomics_aggress, work)
      if result.signal != 0 { trap = Trap(code: result.code, trapNumber: result.trap_number) }
      wasOnItsCpu = before == assistant.cpu && chost_current_cpu() == before
    }
  }

  /// Has it begin; returns once its first operations are done, or it has ended.
  func start() {
    begin()
    while catomics_flag(&work.pointee.is_running) == 0, !assistant.hasFinished { catomics_pause() }
  }

  func stop() -> Report {
    catomics_set_flag(stopFlag, 1)
    return finish()
  }

  /// Waits for its deadline.
  func finish() -> Report {
    assistant.finish()
    return Report(
      operations: Int(work.pointee.operations), firstTick: work.pointee.first_tick,
      lastTick: work.pointee.last_tick, trap: trap, wasOnItsCpu: wasOnItsCpu)
  }
}

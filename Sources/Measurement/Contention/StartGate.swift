import CAtomics
import Glibc
import Synchronization

/// Lets threads that may wake at any time start at one time.
final class StartGate: Sendable {
  private let arrived = Atomic<Int>(0)
  /// TSC at which all start; 0 while the gate is closed, the largest number if it stays closed.
  private let start = Atomic<UInt64>(0)

  /// Called by each thread: waits for the gate to open. Nil if it does not.
  func pass() -> UInt64? {
    arrived.add(1, ordering: .releasing)
    var patience = Patience(seconds: 2 * Assistant.patience)
    while start.load(ordering: .acquiring) == 0 {
      guard !patience.isOver() else { return nil }
      for _ in 0..<100 { catomics_pause() }
      // A sleep would end too late; whoever opens the gate may need this CPU.
      sched_yield()
    }
    let tick = start.load(ordering: .acquiring)
    return tick == .max ? nil : tick
  }

  /// Waits for `count` threads and lets them start `lead` TSC ticks later; false if not all came.
  func open(for count: Int, lead: UInt64) -> Bool {
    let isComplete = waitUntil { arrived.load(ordering: .acquiring) == count }
    start.store(isComplete ? catomics_tsc() + lead : .max, ordering: .releasing)
    return isComplete
  }
}

import CAtomics
import LockKernels
import Machine
import Synchronization

/// Split locks in a paced loop on one CPU, on which detection is off, until its bit is written and Linux answers one.
final class BehaviourTrial: @unchecked Sendable {
  /// Times in TSC ticks of the offender's CPU.
  struct Record: Sendable {
    /// What all of them took of the bus.
    var locked = LockedTime()
    /// The last that passed free.
    var lastFree: SplitLockProbe.Operation?
    /// Start of the first that was delayed or met a signal.
    var changed: UInt64?
  }

  private let cpu: Int
  private let memory: OperandMemory
  private let clock: TscClock
  /// Those that passed free so far.
  private let free = Atomic<Int>(0)
  /// The offender's until it has ended.
  private(set) var record = Record()

  private let burst: Double

  /// Between two split locks, in seconds: short, since it bounds how exactly the change is seen.
  private static let pause = 5e-6
  /// So many pass before anything is written.
  private static let before = 5

  /// - Parameter burst: locked time in seconds that ends it, changed or not.
  init(
    cpu: Int, machine: MachineReport, clock: TscClock, burst: Double = Plan.longestBurst
  ) throws {
    (self.cpu, self.clock, self.burst) = (cpu, clock, burst)
    memory = try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: machine.processor.lineBytes)
  }

  /// - Parameters:
  ///   - own: called once by the offender, between two split locks.
  ///   - beside: called by the calling thread meanwhile.
  /// - Returns: false if the thread could not be started, or the process was stopped meanwhile.
  func run(own: @escaping @Sendable () -> Void = {}, beside: () -> Void) -> Bool {
    let switches = SwitchCount.now()
    let ran: Void? = CompanionThread.running(on: cpu, { self.offend(own) }, stop: {}, { beside() })
    return ran != nil && !SwitchCount.now().wasStopped(since: switches)
  }

  /// Waits until split locks pass; false if they do not.
  func waitUntilFree() -> Bool {
    waitUntil { free.load(ordering: .acquiring) >= BehaviourTrial.before }
  }

  private func offend(_ own: () -> Void) {
    guard let probe = SplitLockProbe(memory, clock: clock) else { return }
    defer { probe.close() }
    var paced = PacedSplitLocks(clock: clock, pause: BehaviourTrial.pause)
    paced.burst = burst
    let limit = catomics_tsc() + UInt64(clock.ticks(seconds: Assistant.patience))
    var passed = 0
    let end = paced.run(until: limit, issue: probe.issue) { operation in
      record.lastFree = operation
      passed += 1
      free.store(passed, ordering: .releasing)
      guard passed == BehaviourTrial.before else { return false }
      own()
      // What that wrote holds from here on: a pause would be added to it.
      return true
    }
    record.locked = paced.locked
    if case .answered(let operation) = end { record.changed = operation.start }
  }
}

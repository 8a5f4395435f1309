import CAtomics
import LockKernels
import Machine
import Synchronization

/// Split locks in a paced loop on one CPU, on which detection is off, until its bit is written and Linux answers one.
final class BehaviourTrial: @unchecked Sendable {
  /// Times in TSC ticks of the offender's CPU.
  struct Record: Sendable {
    var issued = 0
    /// End of the last that passed free.
    var lastFree: UInt64 = 0
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

  /// Between two split locks, in seconds: short, since it bounds how exactly the change is seen.
  private static let pause = 5e-6
  /// So many pass before anything is written.
  private static let before = 5
  /// One burst at most.
  static let most = Int(Plan.longestBurst / DoseResponse.assumedSeconds)

  init(cpu: Int, machine: MachineReport, clock: TscClock) throws {
    (self.cpu, self.clock) = (cpu, clock)
    memory = try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: machine.processor.lineBytes)
  }

  /// - Parameters:
  ///   - own: called once by the offender, between two split locks.
  ///   - beside: called by the calling thread meanwhile.
  /// - Returns: false if the thread could not be started.
  func run(own: @escaping @Sendable () -> Void = {}, beside: () -> Void) -> Bool {
    CompanionThread.running(on: cpu, { self.offend(own) }, stop: {}, { beside() }) != nil
  }

  /// Waits until split locks pass; false if they do not.
  func waitUntilFree() -> Bool {
    waitUntil { free.load(ordering: .acquiring) >= BehaviourTrial.before }
  }

  private func offend(_ own: () -> Void) {
    guard let probe = SplitLockProbe(memory, clock: clock) else { return }
    defer { probe.close() }
    let limit = catomics_tsc() + UInt64(clock.ticks(seconds: Assistant.patience))
    let pause = UInt64(clock.ticks(seconds: BehaviourTrial.pause))
    while record.issued < BehaviourTrial.most, catomics_tsc() < limit {
      let operation = probe.issue()
      record.issued += 1
      guard operation.met == .nothing else {
        record.changed = operation.start
        return
      }
      record.lastFree = operation.end
      free.store(record.issued, ordering: .releasing)
      if record.issued == BehaviourTrial.before { own() }
      let next = catomics_tsc() + pause
      while catomics_tsc() < next { catomics_pause() }
    }
  }
}

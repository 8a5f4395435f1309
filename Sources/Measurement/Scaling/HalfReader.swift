import CAtomics

/// Reads an operand while another thread adds to it.
final class HalfReader: @unchecked Sendable {
  private let work: UnsafeMutablePointer<catomics_half_reading>
  private let gate: StartGate
  private let deadlineTicks: UInt64
  private let stopFlag: UnsafeMutablePointer<UInt32>
  private(set) var trap: Trap?

  init(operand: UnsafeMutableRawPointer, isLocked: Bool, gate: StartGate, deadlineTicks: UInt64) {
    self.gate = gate
    self.deadlineTicks = deadlineTicks
    stopFlag = .allocate(capacity: 1)
    stopFlag.initialize(to: 0)
    work = .allocate(capacity: 1)
    work.initialize(
      to: catomics_half_reading(
        operand: operand, is_locked: isLocked, start: 0, deadline: 0, stop: stopFlag, reads: 0, torn: 0))
  }

  deinit {
    work.deallocate()
    stopFlag.deallocate()
  }

  func run() {
    guard let start = gate.pass() else { return }
    (work.pointee.start, work.pointee.deadline) = (start, start + deadlineTicks)
    trap = BusErrorGuard.trap(catomics_read_halves, work)
  }

  var reads: Int { Int(work.pointee.reads) }
  var torn: Int { Int(work.pointee.torn) }
}

import CGuest
import CHost
import Glibc

/// Enters a guest again and again until it asks for its next call, and answers its exits.
public struct GuestDriver<Cpu: VirtualCpu> {
  public var cpu: Cpu
  /// Registers that we answer; nil where KVM does.
  public var registers: EmulatedRegisters?
  public var throttle: UserThrottle?
  /// In ns; a test's own goes as it likes.
  var now: () -> UInt64 = chost_monotonic_raw_ns
  var pause: (UInt64) -> Void = { nanoseconds in
    var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    // Cut short by the deadline alone.
    nanosleep(&time, nil)
  }

  public init(_ cpu: Cpu) { self.cpu = cpu }

  /// - Parameter milliseconds: behind which the guest counts as hung.
  /// - Throws: `KvmFailure` where KVM refuses an entry.
  public mutating func run(milliseconds: UInt32) throws(KvmFailure) -> GuestTrip {
    var trip = GuestTrip()
    try cpu.beginDeadline(milliseconds: milliseconds)
    defer { cpu.endDeadline() }
    let (start, sleeps, worked) = (now(), cpu.sleeps, cpu.workedNanoseconds)
    var ownSleeps: UInt64 = 0
    repeat {
      let entry = try cpu.enter()
      if entry.tookBusLock {
        if trip.busLocks == 0 { trip.firstAddress = try cpu.instructionPointer() }
        trip.busLocks += 1
        if let delay = throttle?.delay(at: now()), delay > 0 {
          let before = cpu.sleeps
          pause(delay)
          ownSleeps += cpu.sleeps - before
          trip.heldBackNanoseconds += delay
        }
      }
      guard let end = answer(entry.exit, &trip) else { continue }
      trip.end = end
      break
    } while true
    trip.nanoseconds = now() - start
    trip.workedNanoseconds = cpu.workedNanoseconds - worked
    trip.slept = cpu.sleeps - sleeps > ownSleeps
    return trip
  }

  /// Nil where the guest goes on.
  private mutating func answer(_ exit: KvmExit, _ trip: inout GuestTrip) -> GuestTrip.End? {
    switch exit {
    case .port(UInt16(CGUEST_READY_PORT)): return .ready
    case .port(UInt16(CGUEST_COUNTED_PORT)): trip.portWrites += 1
    case .busLock: break
    case .readMsr(let register) where registers != nil: cpu.answerMsr(registers!.read(register))
    case .writeMsr(let register, let value) where registers != nil:
      cpu.answerMsr(registers!.write(register, value))
    case .interrupted: return cpu.deadlineHasPassed ? .deadline : nil
    default: return .stopped(exit)
    }
    return nil
  }
}

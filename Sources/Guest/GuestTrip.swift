/// What became of one call of the guest, as its VMM saw it.
public struct GuestTrip: Sendable, Equatable {
  public enum End: Sendable, Equatable {
    /// It asks for the next call.
    case ready
    /// It did what it should not, or KVM could not go on.
    case stopped(KvmExit)
    /// It did not come back in time.
    case deadline
  }

  public var end = End.ready
  /// Bus locks that ended an entry: the guest's own counter.
  public var busLocks = 0
  /// Guest address of the instruction at which the first of them left it.
  public var firstAddress: UInt64?
  /// Writes to the port that is counted.
  public var portWrites = 0
  /// For which a throttle kept the guest out.
  public var heldBackNanoseconds: UInt64 = 0
  /// From the first entry to the last exit, in ns.
  public var nanoseconds: UInt64 = 0
  /// Of which Linux let the vCPU's thread run, in ns.
  public var workedNanoseconds: UInt64 = 0
  /// Whether Linux put the vCPU's thread to sleep meanwhile, as it does behind a split lock in warn; not the throttle's sleeps.
  public var slept = false

  /// The part of its time that it was on a CPU, whatever it did there.
  public var share: Double { Double(workedNanoseconds) / Double(max(1, nanoseconds)) }
}

import CGuest

/// What a guest is asked to do.
public struct GuestCall: Sendable {
  public enum Routine: Sendable {
    case register, locked, load, cpuid, readMsr, writeMsr, port
    /// Locked adds for a time, with other vCPUs.
    case together

    /// As this process has it.
    var function: @convention(c) (UnsafeMutablePointer<cguest_mailbox>) -> Void {
      switch self {
      case .register: cguest_register
      case .locked: cguest_locked
      case .load: cguest_load
      case .cpuid: cguest_cpuid
      case .readMsr: cguest_read_msr
      case .writeMsr: cguest_write_msr
      case .port: cguest_port
      case .together: cguest_together
      }
    }
  }

  /// Where its operand lies.
  public enum Operand: Sendable {
    case aligned, misaligned, lineSplit, pageSplit

    /// In the cell's two pages of operands.
    var offset: Int {
      switch self {
      case .aligned: 256
      case .misaligned: 513
      case .lineSplit: 1020
      case .pageSplit: 4092
      }
    }
  }

  /// EFLAGS.AC (Intel SDM vol. 1, 3.4.3.3).
  static let alignmentCheck: UInt64 = 1 << 18

  public var routine: Routine
  /// 0 or 3.
  public var cpl: Int
  public var operand = Operand.aligned
  /// Operations; of `together` guest TSC ticks, of CPUID the subleaf.
  public var count = 1
  /// Of a register or a leaf.
  public var number: UInt32 = 0
  /// What WRMSR writes.
  public var value: UInt64 = 0
  /// EFLAGS.AC, which a CPU heeds at CPL 3 alone.
  public var checksAlignment = false
  /// Of `together`: how many vCPUs wait for each other.
  public var parties = 1
  /// Behind which the guest counts as hung.
  public var milliseconds: UInt32 = 1000

  public init(_ routine: Routine, cpl: Int) { (self.routine, self.cpl) = (routine, cpl) }
}

/// An exception that the guest met, as its handler reported it.
public struct GuestFault: Sendable, Equatable {
  public var vector: Int
  public var errorCode: UInt64
  /// Whether the guest's RIP stood at the locked instruction, or at the one behind it; nil elsewhere.
  public var side: Side?
  public var cpl: Int
  public var dr6: UInt64

  public enum Side: String, Sendable, Codable { case at, after }

  /// DR6 bit 11 clear: a bus lock (Intel SDM vol. 3, 18.2.3; AMD APM vol. 2, 13.1.3.6).
  public var isBusLock: Bool { vector == 1 && dr6 >> 11 & 1 == 0 }

  /// As manuals write it.
  public var inWords: String {
    let names = [1: "#DB", 6: "#UD", 8: "#DF", 12: "#SS", 13: "#GP", 14: "#PF", 17: "#AC"]
    return names[vector] ?? "exception \(vector)"
  }
}

/// What became of a call.
public struct GuestReport: Sendable {
  public var trip: GuestTrip
  /// Guest TSC before the first operation and behind the last; nil where it did not get there.
  public var span: ClosedRange<UInt64>?
  /// What RDMSR read, or EAX to EDX; of `load` its RFLAGS; of `together` its operations, and its TSC when it came to the gate.
  public var values: [UInt64]
  /// The exception that ended it.
  public var fault: GuestFault?
  /// By how much the operand grew.
  public var counted: UInt64
  /// On which side of the locked instruction the first bus lock left the guest.
  public var exitSide: GuestFault.Side?

  /// Length of the span, in guest TSC ticks.
  public var ticks: UInt64? { span.map { $0.upperBound - $0.lowerBound } }

  /// Of `load`: whether EFLAGS.AC was set.
  public var checkedAlignment: Bool { values[0] & GuestCall.alignmentCheck != 0 }

  /// Whether it did what it was asked.
  public var isDone: Bool { trip.end == .ready && fault == nil }

  /// What kept it from being done; nil if nothing did.
  public var obstacle: String? {
    switch trip.end {
    case .ready: fault?.inWords
    case .stopped(let exit): exit.inWords
    case .deadline: "the vCPU hung"
    }
  }
}

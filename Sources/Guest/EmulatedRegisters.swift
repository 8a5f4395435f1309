/// Model-specific registers that the VMM answers, so that a guest believes that it can have #AC on split locks.
///
/// What the mail of 16 October 2019 decided for KVM: the guest's writes are kept and never reach the hardware.
public struct EmulatedRegisters: Sendable, Equatable {
  public static let memoryControl: UInt32 = 0x33
  public static let coreCapabilities: UInt32 = 0xCF
  public static let all = [memoryControl, coreCapabilities]
  /// Bit 29 of the first, and bit 5 of the second, which announces it.
  public static let splitLockDisable: UInt64 = 1 << 29
  public static let hasSplitLockDisable: UInt64 = 1 << 5

  /// What the guest has written to MSR 0x33.
  public private(set) var written: UInt64 = 0
  public private(set) var reads = 0
  public private(set) var writes = 0

  public init() {}

  /// Nil: #GP.
  public mutating func read(_ register: UInt32) -> UInt64? {
    reads += 1
    return switch register {
    case Self.memoryControl: written
    case Self.coreCapabilities: Self.hasSplitLockDisable
    default: nil
    }
  }

  /// Nil: #GP, as for the bits that hardware reserves and for a register that is read-only.
  public mutating func write(_ register: UInt32, _ value: UInt64) -> UInt64? {
    writes += 1
    guard register == Self.memoryControl, value & ~Self.splitLockDisable == 0 else { return nil }
    written = value
    return value
  }
}

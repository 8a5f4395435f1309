import Machine

/// The one bit of a CPU's register that switches a detection; no other bit is ever changed.
///
/// Bit 31 of MSR 0x33, which would make split locks non-atomic, has no name here on purpose.
public struct DetectionBit: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// #AC on split locks: bit 29 of MSR 0x33 (SDM vol. 4, MSR_MEMORY_CTRL).
    case splitLock = "sld"
    /// #DB on bus locks: bit 2 of IA32_DEBUGCTL.
    case busLock = "bld"

    public var register: DetectionRegister {
      switch self {
      case .splitLock: .memoryControl
      case .busLock: .debugControl
      }
    }

    public var mask: UInt64 {
      switch self {
      case .splitLock: 1 << DetectionRegister.splitLockBit
      case .busLock: 1 << DetectionRegister.busLockBit
      }
    }
  }

  public var kind: Kind
  public var cpu: Int

  public init(_ kind: Kind, cpu: Int) {
    self.kind = kind
    self.cpu = cpu
  }

  public var inWords: String { "\(kind.rawValue) of CPU \(cpu)" }
}

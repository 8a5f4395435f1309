/// A model-specific register that has to do with split locks (Intel SDM vol. 4; AMD APM vol. 2, 13.1).
public enum DetectionRegister: Int64, Sendable, CaseIterable, Codable {
  /// IA32_CORE_CAPABILITIES.
  case coreCapabilities = 0xCF
  /// MSR_MEMORY_CTRL, which Linux calls MSR_TEST_CTRL.
  case memoryControl = 0x33
  /// IA32_DEBUGCTL.
  case debugControl = 0x1D9

  public var name: String {
    switch self {
    case .coreCapabilities: "IA32_CORE_CAPABILITIES"
    case .memoryControl: "MSR_MEMORY_CTRL"
    case .debugControl: "IA32_DEBUGCTL"
    }
  }

  public var hexadecimal: String { "0x" + String(rawValue, radix: 16, uppercase: true) }

  /// One bit of it and what it does where it is set.
  public struct Bit: Sendable, Encodable {
    public var position: Int
    public var meaning: String
  }

  public var bits: [Bit] {
    switch self {
    case .coreCapabilities:
      [
        Bit(position: 4, meaning: "UC-lock disable exists"),
        Bit(position: 5, meaning: "split-lock disable exists"),
      ]
    case .memoryControl:
      [
        Bit(position: 28, meaning: "locks on uncacheable memory raise #GP"),
        Bit(position: DetectionRegister.splitLockBit, meaning: "split locks raise #AC"),
        Bit(position: 31, meaning: "split locks are not atomic"),
      ]
    case .debugControl:
      [Bit(position: DetectionRegister.busLockBit, meaning: "bus locks raise #DB")]
    }
  }

  /// In MSR 0x33.
  public static let splitLockBit = 29
  /// In MSR 0x1D9.
  public static let busLockBit = 2
}

import CGuest

/// What CPUID tells a guest.
public struct GuestCpuid: Sendable {
  var entries: [kvm_cpuid_entry2]

  /// A bit by which detection is announced.
  public enum Bit: String, Sendable, CaseIterable {
    /// MSR 0xCF is there, which announces #AC on split locks.
    case coreCapabilities = "core-capabilities"
    /// #DB on bus locks.
    case busLockDetect = "bus-lock-detect"
    /// #AC on locked accesses to uncached memory.
    case uncachedLockDisable = "uc-lock-disable"

    /// Leaf 7, its subleaf, register and bit (Intel SDM vol. 2, CPUID; AMD APM vol. 3, appendix E).
    public var place: (subleaf: UInt32, register: Register, bit: UInt32) {
      switch self {
      case .coreCapabilities: (0, .edx, 30)
      case .busLockDetect: (0, .ecx, 24)
      case .uncachedLockDisable: (2, .edx, 6)
      }
    }

    /// As manuals write it.
    public var inWords: String {
      "CPUID.7.\(place.subleaf):\(place.register.rawValue.uppercased())[\(place.bit)]"
    }

    /// Its value in what CPUID of its leaf gave.
    public func isSet(in values: [UInt64]) -> Bool {
      values[place.register == .ecx ? 2 : 3] >> place.bit & 1 == 1
    }
  }

  public enum Register: String, Sendable { case ecx, edx }

  public static let leaf: UInt32 = 7

  private func index(of bit: Bit) -> Int? {
    entries.firstIndex { $0.function == GuestCpuid.leaf && $0.index == bit.place.subleaf }
  }

  public subscript(bit: Bit) -> Bool {
    get {
      guard let index = index(of: bit) else { return false }
      let value = bit.place.register == .ecx ? entries[index].ecx : entries[index].edx
      return value >> bit.place.bit & 1 == 1
    }
    set {
      // A bit of a leaf that KVM does not have cannot be offered by us.
      guard let index = index(of: bit) else { return }
      let mask = UInt32(1) << bit.place.bit
      switch bit.place.register {
      case .ecx: entries[index].ecx = newValue ? entries[index].ecx | mask : entries[index].ecx & ~mask
      case .edx: entries[index].edx = newValue ? entries[index].edx | mask : entries[index].edx & ~mask
      }
    }
  }
}

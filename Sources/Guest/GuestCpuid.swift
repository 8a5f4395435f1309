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

    /// Its value in what CPUID of its leaf gave.
    public func isSet(in values: [UInt64]) -> Bool {
      values[place.register == .ecx ? 2 : 3] >> place.bit & 1 == 1
    }
  }

  public enum Register: String, Sendable { case ecx, edx }

  public static let leaf: UInt32 = 7
  /// KVM_CPUID_FLAG_SIGNIFCANT_INDEX, which Swift does not see.
  static let hasSubleaves: UInt32 = 1 << 0

  private func index(of leaf: UInt32, _ subleaf: UInt32) -> Int? {
    entries.firstIndex { $0.function == leaf && $0.index == subleaf }
  }

  /// Of a bit's subleaf, which is added where KVM has none, and announced: by EAX of leaf 0 and of the leaf's first subleaf.
  private mutating func indexAdding(_ bit: Bit) -> Int {
    for (leaf, last) in [(0, GuestCpuid.leaf), (GuestCpuid.leaf, bit.place.subleaf)] {
      let first = indexAdding(leaf, 0)
      entries[first].eax = max(entries[first].eax, last)
    }
    return indexAdding(GuestCpuid.leaf, bit.place.subleaf)
  }

  private mutating func indexAdding(_ leaf: UInt32, _ subleaf: UInt32) -> Int {
    if let index = index(of: leaf, subleaf) { return index }
    var entry = kvm_cpuid_entry2()
    (entry.function, entry.index) = (leaf, subleaf)
    if leaf == GuestCpuid.leaf { entry.flags = GuestCpuid.hasSubleaves }
    entries.append(entry)
    return entries.count - 1
  }

  public subscript(bit: Bit) -> Bool {
    get {
      guard let index = index(of: GuestCpuid.leaf, bit.place.subleaf) else { return false }
      let value = bit.place.register == .ecx ? entries[index].ecx : entries[index].edx
      return value >> bit.place.bit & 1 == 1
    }
    set {
      guard newValue || self[bit] else { return }
      let index = indexAdding(bit)
      let mask = UInt32(1) << bit.place.bit
      switch bit.place.register {
      case .ecx: entries[index].ecx = newValue ? entries[index].ecx | mask : entries[index].ecx & ~mask
      case .edx: entries[index].edx = newValue ? entries[index].edx | mask : entries[index].edx & ~mask
      }
    }
  }
}

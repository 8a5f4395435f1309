import CGuest
import Glibc

/// What this KVM can, beyond what every guest of ours needs.
public enum KvmCapability: Int32, Sendable {
  /// KVM_CAP_X86_BUS_LOCK_EXIT: bus locks of the guest end its entry (Linux 5.12 with VMX of Sapphire Rapids and later; 6.16 with
  /// SVM of Zen 5). Its value is a mask of modes.
  case busLockExit = 193
  /// KVM_CAP_X86_USER_SPACE_MSR and KVM_CAP_X86_MSR_FILTER (Linux 5.10).
  case userSpaceMsr = 188
  case msrFilter = 189
  /// KVM_CAP_IMMEDIATE_EXIT (Linux 4.13).
  case immediateExit = 136
}

/// /dev/kvm, open.
public final class Kvm {
  let descriptor: Int32
  /// Bytes of a vCPU's `kvm_run`.
  let runBytes: Int

  private static let apiVersion: Int32 = 12

  /// - Throws: `KvmFailure` where it is not there, not for us, or too old.
  public init(path: String = "/dev/kvm") throws(KvmFailure) {
    descriptor = cguest_open(path)
    guard descriptor >= 0 else { throw KvmFailure(opening: path, error: descriptor) }
    let version = cguest_api_version(descriptor)
    let bytes = cguest_run_bytes(descriptor)
    runBytes = Int(bytes)
    guard version == Kvm.apiVersion, bytes >= MemoryLayout<kvm_run>.size else {
      let answer = version < 0 ? String(cString: strerror(-version)) : "API \(version)"
      throw KvmFailure("\(path) is no KVM with API \(Kvm.apiVersion): its answer is \(answer)")
    }
    guard value(of: .immediateExit) > 0 else {
      throw KvmFailure("\(path): an old KVM without KVM_CAP_IMMEDIATE_EXIT: needs Linux 4.13")
    }
  }

  deinit { close(descriptor) }

  /// KVM's answer: 0 where it does not have it.
  public func value(of capability: KvmCapability) -> Int {
    Int(cguest_extension(descriptor, capability.rawValue))
  }

  /// Whether bus locks can be made to end an entry: KVM_BUS_LOCK_DETECTION_EXIT.
  public var hasBusLockExit: Bool { value(of: .busLockExit) >> 1 & 1 == 1 }

  /// Whether registers can be emulated by us.
  public var hasUserSpaceMsrs: Bool { value(of: .userSpaceMsr) > 0 && value(of: .msrFilter) > 0 }

  /// What KVM and the host offer to guests.
  ///
  /// - Throws: `KvmFailure`.
  public func supportedCpuid() throws(KvmFailure) -> GuestCpuid {
    var entries = [kvm_cpuid_entry2](repeating: kvm_cpuid_entry2(), count: 256)
    let count = try cguest_supported_cpuid(descriptor, &entries, Int32(entries.count))
      .orFailure("KVM_GET_SUPPORTED_CPUID")
    return GuestCpuid(entries: Array(entries.prefix(Int(count))))
  }
}

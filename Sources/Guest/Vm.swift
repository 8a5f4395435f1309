import CGuest
import Glibc

/// A virtual machine with memory from address 0 on, and no devices.
public final class Vm {
  let kvm: Kvm
  let descriptor: Int32
  let memory: UnsafeMutableRawPointer
  let bytes: Int

  /// Three pages that Intel's processors without unrestricted guests need, out of the way.
  private static let taskAddress: UInt = 0xfffb_d000

  /// - Throws: `KvmFailure`.
  public init(_ kvm: Kvm, bytes: Int) throws(KvmFailure) {
    self.kvm = kvm
    self.bytes = bytes
    descriptor = try cguest_create_vm(kvm.descriptor).orFailure("KVM_CREATE_VM")
    let mapping = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    guard let mapping, mapping != MAP_FAILED else {
      close(descriptor)
      throw KvmFailure("\(bytes >> 10) KiB of memory for a guest", error: -errno)
    }
    memory = mapping
    _ = try cguest_set_task_address(descriptor, Vm.taskAddress).orFailure("KVM_SET_TSS_ADDR")
    _ = try cguest_set_memory(descriptor, memory, bytes).orFailure("KVM_SET_USER_MEMORY_REGION")
  }

  deinit {
    close(descriptor)
    munmap(memory, bytes)
  }

  /// From now on every bus lock of the guest ends its entry.
  ///
  /// - Throws: `KvmFailure`.
  public func exitOnBusLocks() throws(KvmFailure) {
    _ = try cguest_enable(
      descriptor, KvmCapability.busLockExit.rawValue, UInt64(KVM_BUS_LOCK_DETECTION_EXIT)
    ).orFailure("KVM_CAP_X86_BUS_LOCK_EXIT")
  }

  /// From now on the guest's accesses to these registers are ours to answer.
  ///
  /// - Throws: `KvmFailure`.
  public func answerMsrs(_ registers: [UInt32]) throws(KvmFailure) {
    _ = try cguest_enable(
      descriptor, KvmCapability.userSpaceMsr.rawValue, UInt64(KVM_MSR_EXIT_REASON_FILTER)
    ).orFailure("KVM_CAP_X86_USER_SPACE_MSR")
    _ = try cguest_filter_msrs(descriptor, registers, Int32(registers.count))
      .orFailure("KVM_X86_SET_MSR_FILTER")
  }
}

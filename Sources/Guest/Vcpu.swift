import CGuest
import CHost
import Glibc

/// What runs a guest: KVM's vCPU, or a script of a test's.
public protocol VirtualCpu {
  /// Enters the guest until its next exit.
  mutating func enter() throws(KvmFailure) -> VcpuEntry
  /// Answers the RDMSR that the last exit was with a value, the WRMSR with any; nil raises #GP in the guest.
  mutating func answerMsr(_ value: UInt64?)
  /// Guest address of the next instruction.
  func instructionPointer() throws(KvmFailure) -> UInt64
  /// From now on entries end behind so many milliseconds.
  mutating func beginDeadline(milliseconds: UInt32) throws(KvmFailure)
  var deadlineHasPassed: Bool { get }
  mutating func endDeadline()
  /// How often Linux has put the calling thread to sleep.
  var sleeps: UInt64 { get }
  /// How long the calling thread has been on a CPU, its guest's code included.
  var workedNanoseconds: UInt64 { get }
}

/// One vCPU of KVM's, for one thread at a time.
public final class Vcpu: VirtualCpu {
  private let vm: Vm
  private let descriptor: Int32
  let run: UnsafeMutablePointer<kvm_run>

  /// - Throws: `KvmFailure`.
  init(_ vm: Vm, index: Int, cpuid: GuestCpuid) throws(KvmFailure) {
    self.vm = vm
    descriptor = try cguest_create_vcpu(vm.descriptor, Int32(index)).orFailure("KVM_CREATE_VCPU")
    let mapping = mmap(nil, vm.kvm.runBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else {
      close(descriptor)
      throw KvmFailure("mmap of a vCPU", error: -errno)
    }
    run = mapping.bindMemory(to: kvm_run.self, capacity: 1)
    _ = try cguest_set_cpuid(descriptor, cpuid.entries, Int32(cpuid.entries.count)).orFailure(
      "KVM_SET_CPUID2")
  }

  deinit {
    munmap(run, vm.kvm.runBytes)
    close(descriptor)
  }

  /// Changes the registers as KVM has them.
  func start(_ change: (inout kvm_sregs, inout kvm_regs) -> Void) throws(KvmFailure) {
    var system = kvm_sregs()
    _ = try cguest_get_sregs(descriptor, &system).orFailure("KVM_GET_SREGS")
    var general = kvm_regs()
    change(&system, &general)
    _ = try cguest_set_sregs(descriptor, &system).orFailure("KVM_SET_SREGS")
    _ = try cguest_set_regs(descriptor, &general).orFailure("KVM_SET_REGS")
  }

  public func enter() throws(KvmFailure) -> VcpuEntry {
    let result = cguest_enter(descriptor)
    if result < 0, result != -EINTR, result != -EAGAIN { throw KvmFailure("KVM_RUN", error: result) }
    return VcpuEntry(run, result: result)
  }

  public func beginDeadline(milliseconds: UInt32) throws(KvmFailure) {
    _ = try cguest_deadline_begin(run, milliseconds).orFailure("a deadline for a vCPU")
  }

  public var deadlineHasPassed: Bool { run.pointee.immediate_exit != 0 }
  public func endDeadline() { cguest_deadline_end() }
  public var sleeps: UInt64 { chost_usage_of_thread().voluntary_switches }
  public var workedNanoseconds: UInt64 { chost_thread_cpu_ns() }

  public func answerMsr(_ value: UInt64?) {
    run.pointee.msr.error = value == nil ? 1 : 0
    if let value { run.pointee.msr.data = value }
  }

  public func instructionPointer() throws(KvmFailure) -> UInt64 {
    var registers = kvm_regs()
    _ = try cguest_get_regs(descriptor, &registers).orFailure("KVM_GET_REGS")
    return registers.rip
  }
}

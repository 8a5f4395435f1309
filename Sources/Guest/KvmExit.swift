import CGuest

/// Why an entry into the guest ended, from `kvm_run` (Documentation/virt/kvm/api.rst).
public enum KvmExit: Sendable, Equatable {
  /// KVM_EXIT_IO: it wrote to a port.
  case port(UInt16)
  /// KVM_EXIT_X86_RDMSR, KVM_EXIT_X86_WRMSR.
  case readMsr(UInt32)
  case writeMsr(UInt32, UInt64)
  /// KVM_EXIT_X86_BUS_LOCK: nothing but a bus lock.
  case busLock
  /// KVM_EXIT_EXCEPTION: 17 where the host's detection met a split lock that KVM will not hide (vmx.c, handle_exception_nmi).
  case exception(vector: UInt32, errorCode: UInt32)
  case halt
  /// KVM_EXIT_SHUTDOWN: a triple fault.
  case shutdown
  case failEntry(reason: UInt64)
  case internalError(suberror: UInt32)
  /// A signal, or the deadline: KVM_EXIT_INTR and -EINTR.
  case interrupted
  /// KVM_EXIT_MMIO, and all that our guest has no use for.
  case other(UInt32)

  init(_ run: UnsafePointer<kvm_run>) {
    let run = run.pointee
    switch Int32(run.exit_reason) {
    case KVM_EXIT_IO: self = .port(run.io.port)
    case KVM_EXIT_X86_RDMSR: self = .readMsr(run.msr.index)
    case KVM_EXIT_X86_WRMSR: self = .writeMsr(run.msr.index, run.msr.data)
    case KVM_EXIT_X86_BUS_LOCK: self = .busLock
    case KVM_EXIT_EXCEPTION: self = .exception(vector: run.ex.exception, errorCode: run.ex.error_code)
    case KVM_EXIT_HLT: self = .halt
    case KVM_EXIT_SHUTDOWN: self = .shutdown
    case KVM_EXIT_FAIL_ENTRY: self = .failEntry(reason: run.fail_entry.hardware_entry_failure_reason)
    case KVM_EXIT_INTERNAL_ERROR: self = .internalError(suberror: run.internal.suberror)
    case KVM_EXIT_INTR: self = .interrupted
    default: self = .other(run.exit_reason)
    }
  }

  public var inWords: String {
    switch self {
    case .port(let port): "a write to port 0x\(String(port, radix: 16))"
    case .readMsr(let register): "RDMSR of 0x\(String(register, radix: 16))"
    case .writeMsr(let register, _): "WRMSR of 0x\(String(register, radix: 16))"
    case .busLock: "a bus lock"
    case .exception(let vector, _):
      vector == 17 ? "#AC, given to the VMM" : "exception \(vector), given to the VMM"
    case .halt: "HLT"
    case .shutdown: "a triple fault"
    case .failEntry(let reason): "an entry that failed for reason 0x\(String(reason, radix: 16))"
    case .internalError(let suberror): "an internal error of KVM, \(suberror)"
    case .interrupted: "a signal"
    case .other(let reason): "exit reason \(reason)"
    }
  }
}

/// How one entry into the guest ended.
public struct VcpuEntry: Sendable, Equatable {
  public var exit: KvmExit
  /// KVM_RUN_X86_BUS_LOCK: a bus lock ended it, whatever else is told.
  public var tookBusLock: Bool

  public init(_ exit: KvmExit, tookBusLock: Bool = false) {
    (self.exit, self.tookBusLock) = (exit, tookBusLock || exit == .busLock)
  }

  /// - Parameter result: of KVM_RUN, -errno on failure.
  init(_ run: UnsafePointer<kvm_run>, result: Int32) {
    // Behind a failed call the reason is that of the entry before; the flags are of this one.
    self.init(
      result < 0 ? .interrupted : KvmExit(run),
      tookBusLock: Int32(run.pointee.flags) & KVM_RUN_X86_BUS_LOCK != 0)
  }
}

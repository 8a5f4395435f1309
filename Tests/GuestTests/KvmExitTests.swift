import CGuest
import Testing

@testable import Guest

@Suite struct KvmExitTests {
  /// What KVM leaves in `kvm_run`, and what it means.
  private static let exits: [(reason: Int32, fill: @Sendable (inout kvm_run) -> Void, exit: KvmExit)] = [
    (KVM_EXIT_IO, { $0.io.port = 0xF0 }, .port(0xF0)),
    (KVM_EXIT_X86_RDMSR, { $0.msr.index = 0x33 }, .readMsr(0x33)),
    (
      KVM_EXIT_X86_WRMSR,
      {
        $0.msr.index = 0x33
        $0.msr.data = 1 << 29
      }, .writeMsr(0x33, 1 << 29)
    ),
    (KVM_EXIT_X86_BUS_LOCK, { _ in }, .busLock),
    (
      KVM_EXIT_EXCEPTION,
      {
        $0.ex.exception = 17
        $0.ex.error_code = 0
      }, .exception(vector: 17, errorCode: 0)
    ),
    (KVM_EXIT_HLT, { _ in }, .halt),
    (KVM_EXIT_SHUTDOWN, { _ in }, .shutdown),
    (
      KVM_EXIT_FAIL_ENTRY, { $0.fail_entry.hardware_entry_failure_reason = 0x8000_0021 },
      .failEntry(reason: 0x8000_0021)
    ),
    (KVM_EXIT_INTERNAL_ERROR, { $0.internal.suberror = 1 }, .internalError(suberror: 1)),
    (KVM_EXIT_INTR, { _ in }, .interrupted),
    (KVM_EXIT_MMIO, { _ in }, .other(UInt32(KVM_EXIT_MMIO))),
  ]

  @Test(arguments: exits.indices)
  func isDecoded(index: Int) {
    let (reason, fill, exit) = Self.exits[index]
    var run = kvm_run()
    run.exit_reason = UInt32(reason)
    fill(&run)
    #expect(KvmExit(&run) == exit)
    #expect(!exit.inWords.isEmpty)
  }

  /// The flag comes beside any reason (api.rst, KVM_CAP_X86_BUS_LOCK_EXIT): SVM's and VMX's own exit, and one beside another.
  @Test(arguments: [
    (KVM_EXIT_X86_BUS_LOCK, KVM_RUN_X86_BUS_LOCK, true), (KVM_EXIT_IO, KVM_RUN_X86_BUS_LOCK, true),
    (KVM_EXIT_IO, 0, false), (KVM_EXIT_X86_BUS_LOCK, 0, true),
  ])
  func busLocksAreFlagged(reason: Int32, flags: Int32, isBusLock: Bool) {
    var run = kvm_run()
    (run.exit_reason, run.flags) = (UInt32(reason), UInt16(flags))
    #expect(VcpuEntry(&run, result: 0).tookBusLock == isBusLock)
  }

  @Test func aFailedCallTellsNothingOfTheReasonBefore() {
    var run = kvm_run()
    run.exit_reason = UInt32(KVM_EXIT_X86_BUS_LOCK)
    #expect(VcpuEntry(&run, result: -4) == VcpuEntry(.interrupted))
  }
}

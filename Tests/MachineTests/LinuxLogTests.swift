import Testing

@testable import Machine

@Suite struct LinuxLogTests {
  @Test(
    arguments: [
      (
        "6,339,5140900,-;x86/split lock detection: #AC: crashing\n SUBSYSTEM=x\n",
        "x86/split lock detection: #AC: crashing"
      ),
      ("6,339,5140900,-;NET: Registered\n", "NET: Registered"),
      ("no semicolon", nil),
    ] as [(String, String?)])
  func takesTheMessageOfARecord(record: String, message: String?) {
    #expect(LinuxLog.message(ofRecord: record).map(String.init) == message)
  }

  /// The formats of bus_lock.c and traps.c; the first address is that of a Proxmox host's report.
  @Test(
    arguments: [
      (
        "x86/split lock detection: #AC: CPU 0/KVM/5677 took a split_lock trap at address: 0x56339a9888c3",
        DetectionReport(exception: .ac, task: 5677, address: 0x5633_9a98_88c3, isFatal: false)
      ),
      (
        "x86/split lock detection: #DB: a.out/42 took a bus_lock trap at address: 0x401136",
        DetectionReport(exception: .db, task: 42, address: 0x401136, isFatal: false)
      ),
      (
        "traps: a [b]c[71] trap alignment check ip:55d0a8c0 sp:7ffc0 error:0 in a[55d0a000+1000]",
        DetectionReport(exception: .ac, task: 71, address: 0x55d0_a8c0, isFatal: true)
      ),
      ("x86/split lock detection: #AC: crashing the kernel on kernel split_locks and warning", nil),
      ("x86/split lock detection: #AC: x/y took a split_lock trap at address: 0x1", nil),
      ("x86/split lock detection: #AC: x/1 took a split_lock trap at address: ", nil),
      ("traps: x[71] general protection fault ip:55d0 sp:7ff error:0", nil),
      ("", nil),
    ] as [(String, DetectionReport?)])
  func readsWhatLinuxReportsOfATask(message: String, report: DetectionReport?) {
    #expect(DetectionReport(message) == report)
  }
}

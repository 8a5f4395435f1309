import Machine
import Testing

@testable import Reporting

@Suite struct MsrReportTests {
  private static func registers(_ cpu: Int, _ memoryControl: UInt64?) -> DetectionRegisters {
    var found = DetectionRegisters(cpu: cpu, files: FileTree(root: "/nowhere"), detectionSupported: true)
    found.reason = nil
    (found.coreCapabilities, found.memoryControl, found.debugControl) = (0x20, memoryControl, nil)
    found.reasons = ["0x1D9": "the read faulted"]
    return found
  }

  private static func report(_ registers: [DetectionRegisters]) -> MsrReport {
    let files = FileTree(root: "/nowhere")
    var policy = DetectionPolicy(
      files: files, processor: ProcessorIdentity.ofThisMachine(), log: .success([]))
    (policy.mode, policy.trapsWithAC) = (.warn, true)
    return MsrReport(access: MsrAccess(cpu: 0, files: files), policy: policy, registers: registers)
  }

  @Test func cpusThatReadAlikeShareALine() {
    let lines = Self.report([
      Self.registers(0, 1 << 29), Self.registers(1, 1 << 29), Self.registers(2, 0),
      Self.registers(3, 1 << 29),
    ]).text.split(separator: "\n").map(String.init)
    let of33 = lines.filter { $0.contains("MSR_MEMORY_CTRL") }
    #expect(of33.count == 2)
    #expect(of33[0].hasPrefix("0-1,3") && of33[0].contains("29 set (if set, split locks raise #AC)"))
    #expect(of33[1].hasPrefix("2 ") && of33[1].contains("29 clear"))
    #expect(of33.allSatisfy { $0.contains("on (warn)") })
  }

  @Test func anUnreadableRegisterIsNoZero() {
    let text = Self.report([Self.registers(0, 0)]).text
    #expect(text.contains("unreadable (the read faulted)"))
  }

  @Test func nothingReadableIsAFailureWithItsRemedy() {
    let none = DetectionRegisters(cpu: 0, files: FileTree(root: "/nowhere"), detectionSupported: true)
    let report = Self.report([none])
    #expect(report.failure?.contains("modprobe msr") == true)
    #expect(Self.report([Self.registers(0, 0)]).failure == nil)
  }
}

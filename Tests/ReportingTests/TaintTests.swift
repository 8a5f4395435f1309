import Machine
import Reporting
import TestSupport
import Testing

@Suite struct TaintTests {
  struct Case: Sendable {
    var before: UInt64
    var after: UInt64
    var registers: [DetectionRegister] = [.memoryControl]
    var cause: String?
  }

  private static func taint(_ mask: UInt64) throws -> Taint {
    let machine = try PlainFileMachine(cpus: 1)
    try machine.put("\(mask)\n", "proc/sys/kernel/tainted")
    return try #require(Taint(files: machine.files))
  }

  /// 4 is CPU_OUT_OF_SPEC, 512 is WARN.
  @Test(arguments: [
    Case(before: 0, after: 4, cause: "MSR 0x33"),
    Case(before: 512, after: 516, registers: [.memoryControl, .debugControl], cause: "MSR 0x1D9"),
    Case(before: 4, after: 4), Case(before: 0, after: 0), Case(before: 0, after: 512),
    Case(before: 0, after: 4, registers: []),
  ])
  func onlyWhatIsNewHasACause(_ test: Case) throws {
    let found = RunRecord.Tainting(
      before: try Self.taint(test.before), after: try Self.taint(test.after), registers: test.registers)
    #expect((found.before, found.after) == (test.before, test.after))
    #expect((found.cause != nil) == (test.cause != nil))
    if let cause = test.cause { #expect(found.cause?.contains(cause) == true) }
  }

  @Test func withoutTheFileNothingIsKnown() throws {
    #expect(Taint(files: try PlainFileMachine(cpus: 1).files) == nil)
  }
}

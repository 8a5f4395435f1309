import CHost
import LockKernels
import Testing

@testable import Measurement

/// What is concluded from what a trap showed; the signs of #DB and of #AC by detection are those that Linux's
/// arch/x86/kernel/cpu/bus_lock.c leaves.
@Suite struct TrapRecordTests {
  private static func record(_ test: Case) -> TrapRecord {
    var record = TrapRecord(
      TrapCell(
        cpu: 0, trigger: test.trigger, context: test.context, placement: .lineSplit, widthBytes: 8,
        isLocked: true))
    (record.issued, record.performed) = (test.issued, test.performed)
    (record.trapped, record.killed, record.timedOut) = (test.trapped, test.killed, test.timedOut)
    record.sleeps = test.sleeps
    record.delays = Array(repeating: 40_000_000, count: test.delays)
    (record.reports, record.busLocks) = (test.reports, test.busLocks)
    if let trap = test.trap {
      record.first = TrapSigns(
        chost_trap(
          entry_tick: 0, exit_tick: 0, address: 0, error_code: 0, flags: trap.flags, code: trap.code,
          trap_number: trap.number, cpu: 0, is_after: trap.isAfter), alignmentCheck: TrapSite.alignmentCheck)
    }
    return record
  }

  @Test(arguments: cases)
  func isConcluded(_ test: Case) {
    let record = Self.record(test)
    let answer = record.answer(test.policy)
    #expect(answer.kind == test.kind, "\(test.name)")
    #expect(!answer.evidence.isEmpty && answer.evidence.allSatisfy { !$0.isEmpty }, "\(test.name)")
    #expect(record.outcome == test.outcome, "\(test.name)")
    let ledger = record.ledger(answer.kind)
    #expect(ledger.equation == test.equation, "\(test.name)")
    #expect(ledger.isBalanced == test.isBalanced, "\(test.name)")
    if let difference = test.difference {
      #expect(ledger.differences.contains { $0.contains(difference) }, "\(test.name): \(ledger.differences)")
    } else {
      #expect(ledger.differences.isEmpty, "\(test.name): \(ledger.differences)")
    }
  }

  @Test func aKilledChildIsExplainedByTheSameOperationInProcess() {
    let fatal = Self.record(Self.cases.first { $0.name == "#DB, fatal" }!)
    let child = Self.record(Self.cases.first { $0.name == "a child that is killed for a split lock" }!)
    let answer = child.answer(.of(.fatal), inProcess: fatal)
    #expect(answer.kind == .db)
    #expect(answer.evidence.contains { $0.contains("in-process: SIGBUS, si_code 1, trap 0, RIP behind") })
  }

  @Test func aSleepOnAnArmedCpuIsAC() {
    let slept = Self.record(Self.cases.first { $0.name == "one sleep, then an open window" }!)
    #expect(slept.answer(.of(.off)).kind == .unknown)
    #expect(slept.answer(.of(.off), isArmed: true).kind == .ac)
  }

  @Test func anAnswerThatChangesIsNotBalanced() {
    var record = TrapRecord(
      TrapCell(
        cpu: 0, trigger: .splitLock, context: .inProcess, placement: .lineSplit, widthBytes: 8, isLocked: true
      ))
    (record.issued, record.trapped, record.differing) = (10, 10, 1)
    #expect(!record.ledger(.ac).isBalanced)
  }
}

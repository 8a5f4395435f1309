import Glibc
import Testing

@testable import Guest
@testable import Measurement

@Suite struct GuestAnswerTests {
  private static let answers: [(reports: [GuestReport], answer: GuestAnswer)] = [
    ([ScriptedGuest.report(), ScriptedGuest.report()], .silent),
    // A slow host is no answer; nor is a short sleep, such as a page fault's.
    (ScriptedGuest.reports(held: 1, of: 11), .silent), (ScriptedGuest.reports(held: 5, of: 11), .silent),
    ([ScriptedGuest.report(slept: true)], .silent),
    // Of a nested KVM, whose host's Linux has the sleep.
    (ScriptedGuest.reports(held: 6, of: 11), .heldUp), (ScriptedGuest.reports(held: 11, of: 11), .heldUp),
    // split_lock_warn on the vCPU's thread.
    ([ScriptedGuest.report(), ScriptedGuest.report(nanoseconds: 10_400_000, slept: true)], .delayed),
    // Reflected: the guest has CR0.AM and EFLAGS.AC, or the host no detection.
    ([ScriptedGuest.report(fault: ScriptedGuest.fault(17))], .alignmentCheck),
    // DR6 bit 11 clear: the guest's own bus-lock detection. Set: another #DB.
    ([ScriptedGuest.report(fault: ScriptedGuest.fault(1, dr6: 0xFFFF_07F0, side: .after))], .debugTrap),
    ([ScriptedGuest.report(fault: ScriptedGuest.fault(1))], .other),
    // Fatal, or a host without detection by policy: KVM_EXIT_EXCEPTION beside the signal.
    ([ScriptedGuest.report(.stopped(.exception(vector: 17, errorCode: 0)))], .given),
    ([ScriptedGuest.report(.stopped(.exception(vector: 1, errorCode: 0)))], .other),
    ([ScriptedGuest.report(.stopped(.internalError(suberror: 1)))], .other),
    ([ScriptedGuest.report(.stopped(.shutdown))], .other),
    // It came back, and its operation is not in its memory.
    ([ScriptedGuest.report(), ScriptedGuest.report(counted: 0)], .other),
    ([ScriptedGuest.report(), ScriptedGuest.report(.deadline)], .hung),
  ]

  @Test(arguments: answers.indices)
  func isToldFromWhatTheVmmSaw(index: Int) {
    #expect(GuestAnswer(Self.answers[index].reports) == Self.answers[index].answer)
  }

  @Test(arguments: [
    (ScriptedGuest.report(.stopped(.shutdown)), "other: a triple fault"),
    (ScriptedGuest.report(.stopped(.internalError(suberror: 1))), "other: an internal error of KVM, 1"),
    (ScriptedGuest.report(fault: ScriptedGuest.fault(13)), "other: #GP"),
    (ScriptedGuest.report(counted: 0), "other: 0 of 1 operations performed"),
    (ScriptedGuest.report(.stopped(.exception(vector: 17, errorCode: 0))), "given to the VMM"),
    (ScriptedGuest.report(), "silent"),
    (ScriptedGuest.report(nanoseconds: 10_400_000), "held up, not by this Linux"),
  ])
  func isReadBackFromItsWords(report: GuestReport, words: String) {
    let answer = GuestAnswer([report])
    #expect(answer.inWords([report]) == words)
    #expect(GuestAnswer(inWords: words) == answer)
    #expect(GuestAnswer(inWords: "otherwise") == nil && GuestAnswer(inWords: "silent: #GP") == nil)
  }

  /// warn with split_lock_mitigate 0: the guest meets nothing, and Linux logs the first of a task, if it may.
  @Test func aLineInTheLogIsAnAnswer() {
    let silent = [ScriptedGuest.report(), ScriptedGuest.report()]
    #expect(GuestAnswer(silent, log: .told) == .logged)
    #expect(GuestAnswer(silent, log: .silent) == .unknown)
    let delayed = [ScriptedGuest.report(nanoseconds: 10_400_000, slept: true)]
    #expect(GuestAnswer(delayed, log: .told) == .delayed)
    for answer in [GuestAnswer.logged, .unknown, .delayed, .heldUp] { #expect(!answer.leavesAlone) }
    #expect(GuestAnswer.delayed.takesLong && GuestAnswer.heldUp.takesLong && !GuestAnswer.logged.takesLong)
  }

  /// A Linux below this one, in warn: 10 ms each, behind which detection is off for two ticks and the rest of one.
  @Test(arguments: [100.0, 250, 1000])
  func aDelayBelowThisLinuxIsNotMissedInItsOpenWindow(hertz: Double) throws {
    // In the window of another guest's.
    var (now, opened) = (0.0, 0.0)
    func pause(_ seconds: Double) { now += seconds }
    let reports = GuestWorker.singles(pause: pause) {
      let isFree = now < opened + 3 / hertz
      now += isFree ? 80e-6 : 0.0104
      if !isFree { opened = now }
      return ScriptedGuest.report(nanoseconds: isFree ? 80_000 : 10_400_000)
    }
    #expect(reports.count == GuestWorker.answerOperations && GuestAnswer(reports) == .heldUp)
  }

  @Test func singlesEndWithOneThatWasNotPerformed() {
    var left = [ScriptedGuest.report(), ScriptedGuest.report(.deadline), ScriptedGuest.report()][...]
    let reports = GuestWorker.singles(pause: { _ in }, operation: { left.removeFirst() })
    #expect(reports.count == 2 && GuestAnswer(reports) == .hung)
  }

  private static let ends: [(told: GuestAnswer?, end: GuestEnd, answer: GuestAnswer?)] = [
    (.silent, .exited(0), .silent), (nil, .exited(0), nil), (nil, .unkillable, .hung),
    (nil, .signalled(SIGBUS), .sigbus), (.silent, .signalled(SIGBUS), .sigbus),
    (nil, .signalled(SIGKILL), nil),
    (nil, .hung, .hung), (nil, .exited(1), nil), (nil, .interrupted, nil),
  ]

  @Test(arguments: ends.indices)
  func ofAChildIsToldFromItsEnd(index: Int) {
    let (told, end, answer) = Self.ends[index]
    #expect(GuestAnswer(told: told, end: end) == answer)
  }
}

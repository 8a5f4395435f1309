import Glibc
import Testing

@testable import Measurement

/// What follows for the experiment from what became of a guest.
@Suite struct AnsweredGuestTests {
  /// #GP at its WRMSR: no answer of a guest that detects is told, and one line says why.
  @Test func whatTheGuestCouldNotSetIsNotAnswered() throws {
    var script = GuestScript()
    script.offersTrap = true
    script.refused = [.arms, .believes]
    let (experiment, _) = try script.run()
    #expect(experiment.answered(.arms) == nil && experiment.answered(.believes) == nil)
    #expect(
      experiment.skipped.filter { $0.what.contains("answer") }.map(\.what)
        == ["guest's answer, guest-set-sld", "guest's answer, guest-set-bld"])
    #expect(experiment.skipped.filter { $0.what.contains("answer") }.allSatisfy { $0.reason == "refused" })
  }

  @Test(arguments: [GuestAnswer.delayed, .heldUp])
  func aGuestThatIsDelayedIsNotTimed(answer: GuestAnswer) throws {
    var script = GuestScript()
    script.answers[.plain(cpl: 3)] = (answer, .exited(0))
    let (experiment, tasks) = try script.run()
    #expect(!tasks.contains { $0.visit == .cost || $0.visit == .bystander })
    #expect(experiment.skipped.contains { $0.reason.contains(answer.rawValue) })
    #expect(tasks.filter(\.isDelayed).map(\.visit) == [.hostRegisters])
  }

  /// Fatal: KVM has SIGBUS sent to the VMM, which tells nothing any more; the run goes on.
  @Test func aVmmThatIsKilledIsAnAnswer() throws {
    var script = GuestScript()
    for cpl in [0, 3] { script.answers[.plain(cpl: cpl)] = (nil, .signalled(SIGBUS)) }
    script.answers[.believes] = (nil, .hung)
    let (experiment, _) = try script.run()
    #expect(experiment.answered(.plain(cpl: 3)) == .sigbus)
    #expect(experiment.answered(.plain(cpl: 0)) == .sigbus)
    #expect(experiment.answered(.believes) == .hung)
    #expect(experiment.end == .finished)
  }

  /// Fatal, and the register on: the half of the visit that is told before it split-locks stays.
  @Test func aVmmThatIsKilledAsItWatchesTheHostKeepsWhatItTold() throws {
    var script = GuestScript()
    script.endOfRegisters = .signalled(SIGBUS)
    let (experiment, _) = try script.run()
    let kept = experiment.rows().filter { $0.cell.part == .hostRegister }
    #expect(kept.map(\.cell.condition) == ["before", "during", "after"])
    #expect(kept.allSatisfy { $0.found == "0x0" })
    #expect(
      experiment.skipped.contains {
        $0 == ("guest's host-registers", "the guest's process was killed by signal \(SIGBUS)")
      })
    // What it announced counts.
    #expect(experiment.budget.operations == 544)
  }

  @Test func aGuestThatMayDetectBusLocksIsAskedTo() throws {
    var script = GuestScript()
    script.offersTrap = true
    script.answers[.arms] = (.debugTrap, .exited(0))
    let (experiment, tasks) = try script.run()
    #expect(tasks.contains { $0.trial == .arms })
    #expect(experiment.answered(.arms) == .debugTrap)
  }
}

import Testing

@testable import Measurement

@Suite struct GuestExperimentTests {
  @Test func everyVisitIsMadeAndRoundsAreSummedUp() throws {
    let (experiment, tasks) = try GuestScript().run()
    #expect(
      tasks.map(\.visit)
        == [.look, .answer, .answer, .answer, .answer, .hostRegisters, .cost, .vcpus, .bystander, .creation])
    #expect(
      tasks.filter { $0.visit == .answer }.map(\.trial)
        == [.plain(cpl: 3), .plain(cpl: 0), .checks, .believes])
    #expect(tasks.last!.rounds == 1000 && tasks.last!.wallLimit > 900)
    // The cost of the guest's split locks is known from there on.
    #expect(abs(tasks.dropLast().last!.cost - 1.0025e-6) < 1e-9)
    let cost = try #require(experiment.row(.cost, "line-split", cpl: 3))
    #expect(cost.roundCount == 4 && abs(cost.value! - 1002.5) < 0.1 && cost.low! < cost.value!)
    #expect(experiment.rows().first { $0.cell.part == .exit }?.value == 160)
    #expect(experiment.budget.operations == 544)
    #expect(experiment.virtualisation == .hardware)
    #expect(experiment.end == .finished && experiment.warnings.isEmpty)
  }

  /// 10 ms each: a child knows of no burst of the one before.
  @Test func theBusRestsFromOneChildToTheNext() throws {
    var script = GuestScript()
    script.splitLocks = Int(0.01 / DoseResponse.assumedSeconds)
    let (begun, ended) = try times(script)
    for (end, begin) in zip(ended, begun.dropFirst()).filter({ $0.0.visit == .answer }) {
      #expect(begin.at - end.at >= 0.01)
    }
    #expect(ended.count { $0.visit == .answer } == 4)
  }

  private typealias Moment = (visit: GuestTask.Visit, at: Double)

  private func times(_ script: GuestScript) throws -> (begun: [Moment], ended: [Moment]) {
    let clock = TscClock()
    var (begun, ended): ([Moment], [Moment]) = ([], [])
    _ = try script.run { task, line in
      begun.append((task.visit, clock.elapsed()))
      defer { ended.append((task.visit, clock.elapsed())) }
      return script.launch(task, line)
    }
    return (begun, ended)
  }

  @Test func withoutKvmALineSaysWhy() throws {
    var script = GuestScript()
    script.looks = false
    let (experiment, tasks) = try script.run()
    #expect(tasks.map(\.visit) == [.look])
    #expect(experiment.skipped.map(\.what) == ["guest"] && experiment.skipped.map(\.reason) == ["no KVM"])
    #expect(experiment.rows().isEmpty && experiment.end == .finished)
    script.endOfLook = .hung
    let (hung, _) = try script.run()
    #expect(hung.skipped.contains { $0.reason == "the guest hung, and was killed" })
  }

  @Test func whatTimeRanOutForIsSaid() throws {
    let (experiment, tasks) = try GuestScript().run(wallLimit: 0)
    #expect(tasks.map(\.visit) == [.look, .answer, .answer, .answer, .answer, .hostRegisters, .creation])
    #expect(tasks.last!.rounds == 1 && tasks.last!.wallLimit == 0)
    #expect(experiment.skipped.map(\.what) == ["guest's cost", "guest's vcpus", "guest's bystander"])
    #expect(experiment.skipped.allSatisfy { $0.reason == ExperimentEnd.outOfTime })
    #expect(experiment.end == .wallLimit)
  }

  @Test func nothingIsIssuedWithoutBudget() throws {
    let (experiment, tasks) = try GuestScript().run(budget: 1e-6)
    #expect(!tasks.contains { $0.visit == .answer || $0.visit == .cost })
    #expect(experiment.budget.operations == 0)
  }
}

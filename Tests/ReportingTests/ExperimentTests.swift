import DetectionControl
import Machine
import Measurement
import Testing

@testable import Reporting

/// What every experiment must be, so that adding one takes no other place.
@Suite struct ExperimentTests {
  private static let topologies = [
    "pu:1", "core:2 pu:1", "core:2 pu:2", "pack:2 l3:2 core:4 pu:2", "pack:2 l3:8 core:8 pu:2",
  ]

  private func request(_ topology: String, _ plan: Plan.Name = .standard) throws -> RunRequest {
    var machine = try MachineReport.ofThisMachine(watchMs: 0)
    machine.topology = try Topology.synthetic(topology)
    let cpu = machine.topology.cpus.last!
    let other = machine.topology.cpus.first { $0.core != cpu.core }
    return RunRequest(
      machine: machine, files: .live, plan: Plan(plan), experiments: ExperimentId.allCases, cpus: [cpu],
      cpusAreGiven: false, otherCpus: other.map { [cpu.id: $0] } ?? [:])
  }

  @Test func namesAreUniqueAndFoundAgain() {
    let names = ExperimentId.allCases.map(\.rawValue)
    #expect(Set(names).count == names.count)
    for id in ExperimentId.allCases { #expect(ExperimentId(rawValue: id.rawValue) == id) }
    #expect(ExperimentId(rawValue: "none") == nil)
    let files = RunResults.columnTypes.keys
    #expect(names.allSatisfy(files.contains), "each has a table of its name")
  }

  @Test func whatIsComparedIsInTheTables() {
    #expect(Set(ComparedTable.all.map(\.name)).count == ComparedTable.all.count)
    #expect(Set(ComparedTable.all.map(\.experiment)) == Set(ExperimentId.allCases))
    for table in ComparedTable.all {
      let columns = Set(RunResults.columnTypes[table.file]!.keys)
      let bounds = table.quantity?.bounds.map { [$0.low, $0.high] } ?? []
      let named =
        table.keys.map(\.name) + table.answers + table.rows.keys + bounds
        + [table.quantity?.column].compactMap { $0 } + table.cpus.map(\.number)
      for name in named { #expect(columns.contains(name), "\(table.name): \(name)") }
    }
  }

  /// Each has a design or says why not, on machines of one CPU and of many, with or without detection.
  @Test(arguments: topologies)
  func everyExperimentIsDesignedOrSkippedWithAReason(topology: String) throws {
    for experiment in Experiments.all {
      var request = try request(topology)
      func design<E: ReportedExperiment>(_ type: E.Type) throws -> E.Design? {
        try E.design(for: &request)
      }
      let design: (any Sendable)? = try design(experiment)
      #expect(design != nil || !request.skipped.isEmpty, "\(experiment.id.rawValue) on \(topology)")
      if let design, experiment.id.changesMachine {
        let change = try #require(
          design as? any MachineChange, "\(experiment.id.rawValue) says what it changes")
        #expect(change.changedBits.keys.allSatisfy { DetectionControl.exists($0, request.machine) })
      }
      if !experiment.id.changesMachine { #expect(!(design is any MachineChange)) }
    }
  }
}

@Suite struct PlanShareTests {
  @Test(arguments: Plan.Name.allCases)
  func theBudgetIsDividedAmongTheExperimentsOfTheRun(name: Plan.Name) {
    let plan = Plan(name)
    for chosen in [ExperimentId.allCases, [.cost], [.pingpong, .scaling]] {
      let total = chosen.reduce(0) { $0 + plan.share(of: $1, among: chosen).budget }
      #expect(abs(total - plan.budget) < 1e-9)
    }
  }

  @Test func bystandersAndScalingOfTheStandardPlanTakeAMinuteAndASecondOfLockedTime() {
    let plan = Plan(.standard)
    let shares = [ExperimentId.bystander, .scaling].map { plan.share(of: $0, among: ExperimentId.allCases) }
    #expect(shares.reduce(0) { $0 + $1.wallLimit } <= 60 && shares.reduce(0) { $0 + $1.budget } <= 1)
  }
}

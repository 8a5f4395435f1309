import Testing

@testable import Measurement

@Suite struct InterpretedGuestTests {
  /// Run once for its way; told without its times, and marked wherever a CPU's would be.
  @Test(arguments: [("interpreted", "guest-interpreted"), ("not known", "guest-execution-unknown")])
  func codeThatNoCpuIsKnownToRunHasNoCost(execution: String, warning: String) throws {
    var script = GuestScript()
    script.loop[0] = execution
    let (experiment, tasks) = try script.run()
    let timed = tasks.filter { !$0.cpls.isEmpty }
    #expect(timed.map(\.visit) == [.cost, .vcpus, .bystander])
    #expect(timed.allSatisfy { $0.cpls == [3] && $0.untimedCpls == [0] })
    #expect(experiment.virtualisation == (execution == "interpreted" ? .interpreting : .unknown))
    #expect(experiment.warnings.map(\.id) == [warning])
    for (part, quantity) in [(GuestCell.Part.cost, "line-split"), (.exit, "port-exit")] {
      let found = try #require(experiment.row(part, quantity, cpl: 0))
      #expect(found.value == nil && found.low == nil && found.roundsNotAboveZero == nil)
      #expect(found.found == execution)
    }
    #expect(experiment.row(.cost, "line-split", cpl: 0)?.cell.condition == "exits-off")
    #expect(experiment.row(.answer, "line-split", cpl: 0)?.found == "silent, \(execution)")
    #expect(experiment.row(.answer, "line-split", cpl: 3)?.found == "silent")
    #expect(experiment.row(.cost, "line-split", cpl: 3)?.value != nil)
    let loop = try #require(experiment.row(.loop, "register-add", cpl: 0))
    #expect(loop.found == execution && loop.value == 1)
    // What enters and leaves by CPL 0, whatever else is in it.
    let whole = experiment.rows().filter { $0.cell.unit == .milliseconds }
    #expect(Set(whole.map(\.cell.quantity)) == ["creation", "longest"] && whole.count == 5)
    #expect(whole.allSatisfy { $0.value == nil && $0.low == nil })
    // Beside the loop of CPL 3, which is native, the row's own code is not what is blamed.
    for row in whole {
      #expect(row.found == (row.cell.cpl == 0 ? execution : "not told: CPL 0, \(execution), is in it"))
    }
  }

  @Test func whereCpl0AloneIsNativeItsCallsAreTimed() throws {
    var script = GuestScript()
    script.loop[3] = "interpreted"
    let whole = try script.run().0.rows().filter { $0.cell.unit == .milliseconds }
    let told = Dictionary(grouping: whole, by: \.cell.cpl).mapValues { Set($0.map(\.found)) }
    #expect(told == [0: [nil], 3: ["interpreted"], nil: ["not told: CPL 3, interpreted, is in it"]])
  }

  @Test func codeThatCpusRunHasItsTimes() throws {
    let whole = try GuestScript().run().0.rows().filter { $0.cell.unit == .milliseconds }
    #expect(whole.count == 5 && whole.allSatisfy { $0.value != nil && $0.found == nil })
  }

  @Test func whereCpl3IsInterpretedNothingIsTimed() throws {
    var script = GuestScript()
    script.loop = [0: "interpreted", 3: "interpreted"]
    let (experiment, tasks) = try script.run()
    let untimed = tasks.filter { !$0.untimedCpls.isEmpty }
    #expect(untimed.map(\.visit) == [.cost, .vcpus])
    #expect(untimed.allSatisfy { $0.rounds == 1 && $0.cpls.isEmpty && $0.untimedCpls == [0, 3] })
    #expect(!experiment.rows().contains { $0.cell.part == .cost && $0.value != nil })
    let whole = experiment.rows().filter { $0.cell.unit == .milliseconds }
    #expect(whole.count == 5 && whole.allSatisfy { $0.found == "interpreted" })
    #expect(experiment.skipped.contains { $0.what == "guest's bystander" })
  }

  /// Loops look native in QEMU's emulation, and host and guest are interpreted alike.
  @Test func anEmulatedMachineHasNoCosts() throws {
    let (experiment, tasks) = try GuestScript().run(hypervisor: "TCGTCGTCGTCG")
    #expect(experiment.virtualisation == .interpreting)
    #expect(experiment.nativeCpls.isEmpty && tasks.allSatisfy(\.cpls.isEmpty))
    for cpl in [0, 3] {
      #expect(experiment.row(.loop, "register-add", cpl: cpl)?.found == "interpreted")
      #expect(experiment.row(.answer, "line-split", cpl: cpl)?.found == "silent, interpreted")
    }
    #expect(!experiment.rows().contains { $0.cell.unit.isTime && $0.cell.part != .loop && $0.value != nil })
    #expect(experiment.warnings.map(\.id) == ["guest-interpreted"])
  }
}

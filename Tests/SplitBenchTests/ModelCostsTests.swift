import Foundation
import PolicyModel
import Reporting
import StoredRuns
import SystemPackage
import TestSupport
import Testing

@testable import SplitBench

/// Where the costs come from that `splitbench model` reckons with.
@Suite struct ModelCostsTests {
  /// Not numbers of ours: the committed run's.
  @Test func theCostsAreThoseOfTheCommittedRun() throws {
    let run = try #require(
      try RunCollection.find(CommittedRuns.folders).runs.first {
        $0.name == Costs.committed.run
      })
    let measured = try Costs(of: run)
    #expect(measured == Costs.committed, "Costs+Committed.swift should say \(measured)")
  }

  @Test func costsComeFromAResultFolder() async throws {
    let results = Repository.root.appending("results").appending("amd-epyc-f25-m17-s1-kvm")
    let run = results.appending(Costs.committed.run)
    let arguments = ["model", "--scenario", "legacy-game", "--policy", "warn-6.2,off"]
    let own = try await Tool.run(arguments)
    #expect(
      own.code == 0
        && own.output.contains(
          "costs of \(Costs.committed.run): split lock \(Costs.committed.splitLock.ns) ns (cost.csv)")
    )
    #expect(try await Tool.run(arguments + ["--costs", run.string]).output == own.output)
    let none = try await Tool.run(arguments + ["--costs", results.string])
    #expect(none.code == 2 && none.errors.contains("no run.json in it"))
  }

  /// Where KVM runs guests natively, their exits were measured, and nothing is assumed.
  @Test func exitsOfGuestsAreTakenWhereTheyWereMeasured() async throws {
    let results = Repository.root.appending("results").appending("amd-epyc-f25-m17-s1-kvm")
    try await withTemporaryFolder { folder in
      let run = folder.appending("run")
      try FileManager.default.copyItem(
        atPath: results.appending(Costs.committed.run).string, toPath: run.string)
      let guests = run.appending("guest.csv")
      let exit = "\(Costs.committed.run),15,exit,,guest,0,1,,port-exit,ns,2344.6,2300,2400,,1000,0\n"
      try write(try text(guests) + exit, to: guests)
      let result = try await Tool.run(
        "model", "--scenario", "noisy-guest", "--policy", "oct2019-ipi", "--costs", run.string)
      #expect(result.output.contains("VM exit 2345 ns (guest.csv)"), "\(result.errors)")
      // 1164 of 2345 ns, and one end alone.
      #expect(result.output.contains(/\noct2019-ipi +49\.6[ ]/))
    }
  }
}

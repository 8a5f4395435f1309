import Reporting
import StoredRuns
import TestSupport
import Testing

@testable import Pages

/// A page of very many runs shows machines and boot modes, not each run.
@Suite struct RunGroupTests {
  static let values: [([Ranged], String?)] = [
    ([], nil),
    ([Ranged(value: 2, low: 1, high: 3)], "2.00× (1.00 to 3.00×)"),
    ([Ranged(value: 4), Ranged(value: 2), Ranged(value: 9)], "4.00× (2.00 to 9.00×)"),
    // The intervals of several runs say nothing of what lies between the runs.
    ([Ranged(value: 2, low: 0, high: 9), Ranged(value: 4, low: 0, high: 9)], "3.00× (2.00 to 4.00×)"),
  ]

  @Test(arguments: values)
  func severalRunsAreTheirMedianAndTheirEnds(_ runs: [Ranged], _ text: String?) {
    #expect(Ranged(of: runs)?.text(.factor) == text)
  }

  private func runs(_ count: Int, _ body: ([StoredRun]) throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      try body(
        (0..<count).map { index in
          try RunFixture(in: folder, named: "run\(index)", tables: ["cost", "bystander", "pingpong", "trap"])
          {
            $0[path: "machine", "policy", "mode"] = index % 2 == 0 ? "warn" : "off"
            $0["started_utc"] = "2026-11-23T06:24:\(10 + index)Z"
          }.run
        })
    }
  }

  @Test func aFewRunsAreShownEach() async throws {
    try await runs(12) { stored in
      let groups = RunGroup.of(try PageRun.read(stored))
      #expect(groups.count == 12 && groups.allSatisfy { $0.runs.count == 1 })
      #expect(RunGroup.reading(groups) == nil)
      #expect(groups[0].name == "off, 06:24:11")
    }
  }

  @Test func veryManyAreShownByMachineAndBootMode() async throws {
    try await runs(30) { stored in
      let groups = RunGroup.of(try PageRun.read(stored))
      #expect(groups.map(\.label) == ["amd-epyc-kvm, off, 15 runs", "amd-epyc-kvm, warn, 15 runs"])
      #expect(RunGroup.reading(groups) != nil)
      let html = try Report(stored).html
      let ladder = try #require(html.components(separatedBy: "id=\"cost-runs\"").last)
      #expect(
        ladder.matches(of: /<text class="y"[^>]*>([^<]*)<\/text>/).prefix(2).map { String($0.1) }
          == ["off, 15 runs", "warn, 15 runs"])
      // Each run is there for those who look.
      #expect(html.contains("<summary>Each run, 30 rows</summary>") && html.contains(">off, 06:24:11</td>"))
      #expect(html.contains("what splitbench compare tells"))
    }
  }

  /// Of very many runs some are drawn, of every machine.
  @Test(arguments: [(1, 1), (48, 48), (49, 48), (60, 48)])
  func curvesOfSomeRuns(_ count: Int, _ drawn: Int) async throws {
    try await runs(count) { stored in
      let runs = try PageRun.read(stored)
      let chosen = DistributionSection.drawn(runs)
      #expect(chosen.count == drawn && Set(chosen.map(\.stored.name)).count == drawn)
      #expect(Set(chosen.map(\.mode)) == Set(runs.map(\.mode)))
    }
  }

  /// What is said of single runs has an end.
  @Test func statementsAboutRunsHaveAnEnd() async throws {
    try await runs(50) { stored in
      let runs = try PageRun.read(stored)
      let said = Words.byRun(runs) { ["of all", "of \($0.stored.name)"] }
      #expect(
        said.count == 41 && said[0] == "all runs: of all" && said[40] == "11 more in the runs' own files")
      #expect(Words.byRun(Array(runs.prefix(4))) { _ in ["the same"] } == ["all runs: the same"])
    }
  }
}

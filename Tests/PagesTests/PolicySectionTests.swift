import PolicyModel
import Reporting
import StoredRuns
import Testing

@testable import Pages

@Suite struct PolicySectionTests {
  private static let game = Scenario.builtIn.first { $0.name == "legacy-game" }!

  private func table(_ policies: [PolicyChoice], replicates: Int) -> String {
    var scenario = Self.game
    scenario.seconds = 1
    var text = ModelTable.header
    for policy in policies {
      for replicate in 0..<replicates {
        let tally = policy.tally(scenario, .committed, seed: 1, replicate: replicate)
        text += ModelTable.line(
          ModelRow(
            scenario: scenario, policy: policy, replicate: replicate, seed: 1, costs: .committed, tally: tally
          ))
      }
    }
    return text
  }

  @Test func policiesStandSideBySide() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder)
      #expect(try !Report([fixture.run]).html.contains("What policies would do"))
      try fixture.write(table([.fatal, .off], replicates: 3), to: "model")
      let html = try Report([fixture.run]).html
      #expect(html.contains("What policies would do") && html.contains("Policies on legacy-game"))
      #expect(html.contains("policies-1.csv"))
      // Both threads of the game end in each replicate, and split-lock no more.
      let cells = html.matches(of: /<td[^>]*>([^<]*)<\/td>/).map { String($0.1) }
      #expect(cells.contains("0\u{A0}%") && cells.contains("2") && cells.contains("1.00×"))
      #expect(try Report([fixture.run]).markdown.contains("fatal-5.7"))
    }
  }

  @Test func ofSeveralRunsEachIsNamed() async throws {
    try await withTemporaryFolder { folder in
      let runs = try ["a", "b"].map { name in
        let fixture = try RunFixture(in: folder, named: name) { $0["label"] = name }
        try fixture.write(table([.fatal], replicates: 1), to: "model")
        return try fixture.run
      }
      let html = try Report(runs).html
      #expect(html.matches(of: /fatal-5\.7/).count >= 2 && html.contains("What policies would do"))
    }
  }

  @Test func aTableOfAnotherShapeIsRefused() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder)
      try fixture.write("scenario,policy,log_lines\nx,off,many\n", to: "model")
      #expect(throws: ReadFailure.self) { try Report([fixture.run]) }
    }
  }
}

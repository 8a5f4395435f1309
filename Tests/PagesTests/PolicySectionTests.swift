import PolicyModel
import Reporting
import StoredRuns
import TestSupport
import Testing

@testable import Pages

@Suite struct PolicySectionTests {
  private func table(_ policies: [PolicyChoice], replicates: Int, on name: String = "legacy-game") -> String {
    var scenario = Scenario.builtIn.first { $0.name == name }!
    scenario.seconds = 1
    var text = ModelTable.header
    for policy in policies {
      var row = ModelRow(scenario: scenario, policy: policy, seed: 1, costs: .committed)
      guard policy.obstacle(on: scenario.host) == nil else {
        text += ModelTable.line(row)
        continue
      }
      for number in 0..<replicates {
        row.number = number
        row.found = policy.replicate(scenario, .committed, seed: 1, number: number)
        text += ModelTable.line(row)
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

  /// #DB was not measured by itself, and a CPU that has it alone has no #AC.
  @Test func whatIsOpenHasBothEndsAndWhatCannotBeHasNone() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder)
      let policies = [PolicyChoice.busLock(.guestsSpared, isFatal: false), .fatal]
      try fixture.write(table(policies, replicates: 2, on: "bus-lock-only"), to: "model")
      let markdown = try Report([fixture.run]).markdown
      #expect(
        markdown.contains(/\| bus-lock-warn-6\.14 +\| +[0-9.]+\u{A0}% to [0-9.]+\u{A0}%/), "\(markdown)")
      #expect(markdown.contains(/\| fatal-5\.7 +\| +n\/a +\|/), "\(markdown)")
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

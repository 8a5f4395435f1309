import PolicyModel
import SystemPackage
import TestSupport
import Testing

@testable import SplitBench

/// What `splitbench model` tells.
@Suite struct ModelOutputTests {
  /// #AC's policies on a host without it, and #DB's: told in all three outputs, and with no numbers.
  @Test func policiesThatCannotBeThereAreTold() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending("model.csv")
      let arguments = [
        "model", "--scenario", "bus-lock-only", "--policy",
        "off,warn-6.2,v9-per-cpu-cache,bus-lock-warn-6.12",
      ]
      let result = try await Tool.run(arguments + ["--csv", file.string])
      #expect(result.code == 0, "\(result.errors)")
      #expect(
        result.output.contains(
          "not on such a host, needs #AC: warn-6.2, v9-per-cpu-cache:as-posted\n"))
      // Nobody measured #DB alone.
      #expect(result.output.contains(/\nbus-lock-warn-6\.12 +[0-9.]+ to [0-9.]+[ ]/))
      let rows = try text(file).split(separator: "\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      #expect(rows.map(\.last) == ["true", "false", "false", "true"])
      // Scenario, policy, seed, seconds, the costs' run, and that.
      #expect(rows.map { row in row.count { !$0.isEmpty } == 6 } == [false, true, true, false])
      let json = try await Tool.run(arguments + ["--json"])
      #expect(
        json.output.contains("\"not_applicable\"") && json.output.contains("\"reason\" : \"needs #AC\""))
    }
  }

  @Test func countersOfGuestsAreToldByGuest() async throws {
    let arguments = ["model", "--scenario", "noisy-guest", "--policy", "oct2019-ipi"]
    let text = try await Tool.run(arguments).output
    #expect(text.contains("a trace event each, in 1 of 30 guests, most in noisy guest\n"), "\(text)")
    let json = try await Tool.run(arguments + ["--json"]).output
    #expect(json.contains("\"guest\" : \"noisy guest\"") && json.contains("\"trace_events\""), "\(json)")
  }

  private static let refused: [(arguments: [String], code: Int32)] = [
    (["--policy", "warn"], 64), (["--replicates", "0"], 64), (["--scenario", "/nowhere"], 2),
    (["--csv", "/nowhere/x"], 2), (["--scenario", "/"], 2),
  ]

  @Test(arguments: refused.indices) func wrongArgumentsAreRefused(_ index: Int) async throws {
    let (arguments, code) = Self.refused[index]
    let result = try await Tool.run(["model"] + arguments)
    #expect(result.code == code && result.output.isEmpty && !result.errors.isEmpty)
  }

  @Test func theListHasEveryScenarioAndPolicy() async throws {
    let list = try await Tool.run("model", "--list").output
    for scenario in Scenario.builtIn { #expect(list.contains(scenario.name)) }
    for (grammar, _) in PolicyChoice.catalogue { #expect(list.contains(grammar)) }
  }
}

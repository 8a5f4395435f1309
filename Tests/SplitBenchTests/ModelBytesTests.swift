import PolicyModel
import Reporting
import SystemPackage
import TestSupport
import Testing

@testable import SplitBench

/// The same seed gives the same bytes.
@Suite struct ModelBytesTests {
  @Test func theSameSeedGivesTheSameBytes() async throws {
    try await withTemporaryFolder { folder in
      var texts: [String] = []
      for (name, seed) in [("a", "3"), ("b", "3"), ("c", "4")] {
        let file = folder.appending(name)
        let result = try await Tool.run(
          "model", "--scenario", "fleet", "--policy", "warn-6.2,ratelimit-5.14:10", "--replicates", "300",
          "--seed",
          seed, "--csv", file.string)
        #expect(result.code == 0, "\(result.errors)")
        texts.append(try text(file))
      }
      #expect(texts[0] == texts[1])
      #expect(texts[0] != texts[2])
      #expect(texts[0].count { $0 == "\n" } == 601)
    }
  }

  /// Written down when it was first made: another machine, or compiler, must not change it. Costs of its own, lest a new run does.
  @Test func theBytesAreTheSameOnAnyMachine() {
    let costs = Costs(
      run: "made-up", splitLock: .init(ns: 1234, source: ""), signal: .init(ns: 4321, source: ""),
      stallShares: ["l2-chase": 900_000, "alu": 1000])
    var text = ModelTable.header
    for var scenario in Scenario.builtIn {
      scenario.seconds = min(scenario.seconds, 5)
      if scenario.name == "crowd" { scenario.seconds = 1 }
      for policy in PolicyChoice.all {
        var row = ModelRow(scenario: scenario, policy: policy, seed: 42, costs: costs)
        if policy.obstacle(on: scenario.host) == nil {
          row.number = 7
          row.found = policy.replicate(scenario, costs, seed: 42, number: 7)
        }
        text += ModelTable.line(row)
      }
    }
    #expect(fnv1a(text) == 13_972_777_085_723_133_906)
  }

  private func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

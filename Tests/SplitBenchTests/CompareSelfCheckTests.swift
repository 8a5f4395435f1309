import SystemPackage
import TestSupport
import Testing

/// `splitbench compare --self-check`: a machine with itself.
@Suite struct CompareSelfCheckTests {
  @Test func aSelfCheckSaysWhatIsFalseAndWhatCouldBeFound() async throws {
    try await withTemporaryFolder { folder in
      let runs = try BuiltRun.side(0..<8, in: folder, "runs")
      let text = try await Tool.run("compare", "--self-check", runs)
      #expect(
        text.code == 0 && text.output.contains("in 35 splits of its 8 runs into 4 and 4"), "\(text.errors)")
      let json = try await Tool.run("compare", "--self-check", runs, "--json").json()
      let check = try #require(json["self_check"] as? [String: Any])
      #expect(check["splits"] as? Int == 35 && check["drifting_cells"] as? Int == 0)
      #expect((check["detectable_in_half_of_the_cells"] as? Double ?? 9) < 0.1)
      let few = try BuiltRun.side(20..<25, in: folder, "few")
      let refused = try await Tool.run("compare", "--self-check", few)
      #expect(refused.code == 2 && refused.errors.contains("two halves of 3 take 6"))
      let drifted = try BuiltRun.side(30..<38, in: folder, "drifted") {
        if $0.number >= 34 { $0.factor = { _ in 1.5 } }
      }
      let drift = try await Tool.run("compare", "--self-check", drifted)
      #expect(drift.output.contains("the machine drifted"))
    }
  }
}

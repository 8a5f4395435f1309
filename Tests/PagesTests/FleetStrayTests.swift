import Fleet
import StoredRuns
import TestSupport
import Testing

/// Which machine is far from equal ones.
@Suite struct FleetStrayTests {
  private func strays(_ table: (Int) -> String) async throws -> [FleetStray] {
    try await withTemporaryFolder { folder in
      let runs = try (0..<16).map { number in
        let fixture = try RunFixture(in: folder, named: "run\(number)") {
          $0["started_utc"] = "2026-01-01T12:00:\(10 + number)Z"
          $0["host"] = [
            "group": "g", "instance": "machine\(number)", "instance_source": "machine-id",
            "boot": "b\(number)",
          ]
        }
        try fixture.write(
          "victim,aggressor,relation,requested_fraction,slowdown\n" + table(number), to: "bystander")
        return try fixture.run
      }
      return try Fleet(runs).strays
    }
  }

  private func row(_ relation: String, _ slowdown: Double) -> String {
    "l2-chase,line-split,\(relation),1,\(slowdown)\n"
  }

  /// Beside a sibling everyone is slowed more: who measured that too is like the others.
  @Test func relationsAreNotMixed() async throws {
    let found = try await strays { number in
      row("same-l3", 1.5 + 0.001 * Double(number)) + (number == 7 ? row("smt-sibling", 4) : "")
    }
    #expect(found.isEmpty, "\(found.map(\.metric.name))")
  }

  @Test func aStrayIsNamedWithTheRelation() async throws {
    let found = try await strays { number in
      row("same-l3", 1.5 + 0.001 * Double(number))
        + row("smt-sibling", number == 7 ? 8 : 4 + 0.001 * Double(number))
    }
    #expect(found.map(\.machine) == ["machine7"])
    #expect(found.first?.metric.name == "slow-down of l2-chase beside split locks back to back, smt-sibling")
  }
}

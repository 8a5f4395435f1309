import Fleet
import StoredRuns
import TestSupport
import Testing

/// Which runs are of one machine, and which of clones with one machine-id.
@Suite struct FleetMachinesTests {
  private struct Made {
    var boot: String
    /// Minutes after noon.
    var from = 0
    var to = 0
    var name: String?
    var model: Int?
    var source = "machine-id"
  }

  private func machines(_ made: [Made], _ body: (FleetMachines) throws -> Void) async throws {
    func time(_ minute: Int) -> String { "2026-01-01T12:\(minute < 10 ? "0" : "")\(minute):00Z" }
    try await withTemporaryFolder { folder in
      let runs = try made.enumerated().map { index, made in
        try RunFixture(in: folder, named: "run\(index)") {
          $0["started_utc"] = time(made.from)
          $0["ended_utc"] = time(made.to)
          var host = [
            "group": "", "instance": made.source == "machine-id" ? "0badc0ffee11" : made.boot,
            "instance_source": made.source, "boot": made.boot,
          ]
          host["name"] = made.name
          $0["host"] = host
          if let model = made.model { $0[path: "machine", "processor", "model"] = model }
        }.run
      }
      try body(FleetMachines(runs))
    }
  }

  /// A golden image started at once on five machines, one run each.
  @Test func bootsThatOverlapAreClones() async throws {
    try await machines((0..<5).map { Made(boot: "b\($0)", from: $0, to: $0 + 2) }) {
      #expect($0.machines.count == 5 && $0.clones == ["0badc0ffee11"])
      #expect(Set($0.machines.map(\.name)).count == 5)
    }
  }

  @Test func hostNamesTellClonesApart() async throws {
    let made = (0..<6).map { Made(boot: "b\($0)", from: $0, to: $0 + 2, name: "node\($0 % 3)") }
    let apart = made.enumerated().map { index, made in
      var made = made
      (made.from, made.to) = (10 * (index / 3) + index % 3, 10 * (index / 3) + index % 3 + 2)
      return made
    }
    try await machines(apart) {
      #expect($0.machines.map(\.name) == ["node0", "node1", "node2"])
      #expect($0.machines.allSatisfy { $0.runs.count == 2 } && $0.clones.count == 1)
    }
  }

  /// One after another, as far as their clocks tell.
  @Test func namesThatChangeWithTheBootTellClonesApart() async throws {
    try await machines([
      Made(boot: "b0", from: 0, to: 2, name: "node0"), Made(boot: "b1", from: 5, to: 7, name: "node1"),
    ]) { #expect($0.machines.map(\.name) == ["node0", "node1"] && $0.clones == ["0badc0ffee11"]) }
    try await machines([
      Made(boot: "b0", from: 0, to: 2, name: "node0"), Made(boot: "b1", from: 5, to: 7, name: "node0"),
      Made(boot: "b2", from: 10, to: 12),
    ]) { #expect($0.machines.count == 1 && $0.clones.isEmpty) }
  }

  @Test func processorsTellClonesApart() async throws {
    try await machines((0..<4).map { Made(boot: "b\($0)", from: 5 * $0, to: 5 * $0 + 2, model: 17 + $0 % 2) })
    {
      #expect($0.machines.count == 2 && $0.clones == ["0badc0ffee11"])
      #expect($0.machines.allSatisfy { $0.runs.count == 2 && $0.name.hasPrefix("0badc0ffee11, amd-epyc-") })
    }
  }

  /// One after another: a machine that is rebooted looks the same.
  @Test(arguments: [4, 5, 9])
  func oneRunForEachBootIsDoubtful(boots: Int) async throws {
    try await machines((0..<boots).map { Made(boot: "b\($0)", from: 2 * $0, to: 2 * $0 + 2) }) {
      #expect($0.machines.count == 1 && $0.clones.isEmpty)
      #expect($0.machines[0].boots == (boots < 5 ? nil : boots))
    }
  }

  @Test func severalRunsOfABootAreNotDoubtful() async throws {
    try await machines(
      (0..<12).map { Made(boot: "b\($0 / 2)", from: 2 * $0, to: 2 * $0 + 3) }.enumerated().map {
        var made = $1
        // Two runs of one boot may overlap, in containers without a common lock.
        if $0 % 2 == 1 { made.to = made.from + 1 }
        return made
      }
    ) {
      #expect($0.machines.count == 1 && $0.clones.isEmpty && $0.machines[0].boots == nil)
    }
  }

  /// Some runs were told to give the name.
  @Test func aNameDoesNotMakeAnotherMachine() async throws {
    try await machines([
      Made(boot: "b0", from: 0, to: 1, name: "node7"), Made(boot: "b0", from: 2, to: 3),
    ]) { #expect($0.machines.count == 1 && $0.machines[0].name == "node7") }
  }

  /// Where there is no machine-id, every boot looks like another machine.
  @Test func theNameOutlivesABoot() async throws {
    let made = (0..<2).map {
      Made(boot: "b\($0)", from: 5 * $0, to: 5 * $0 + 2, name: "node7", source: "boot-id")
    }
    try await machines(made) { #expect($0.machines.count == 1) }
    try await machines(made.map { Made(boot: $0.boot, from: $0.from, to: $0.to, source: "boot-id") }) {
      #expect($0.machines.count == 2 && $0.clones.isEmpty)
    }
  }
}

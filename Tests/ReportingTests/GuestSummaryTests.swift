import Testing

@testable import Measurement
@testable import Reporting

@Suite struct GuestSummaryTests {
  private func row(_ cell: GuestCell, _ value: Double? = nil, found: String? = nil, operations: Int = 0)
    -> GuestRow
  { GuestRow(cell, [GuestFinding(cell, value, found: found, operations: operations)]) }

  private func lines(_ rows: [GuestRow]) throws -> [String] {
    var results = RunResults()
    results.guest = rows
    return Summary(record: try .empty(.guest), results: results).text.split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    (["interpreted", "native"], "(interpreting, CPL 0)"), (["interpreted", "interpreted"], "(interpreting)"),
    (["native", "interpreted"], "(interpreting, CPL 3)"),
  ])
  func theTitleSaysWhichCodeIsInterpreted(loops: [String], words: String) throws {
    let rows = zip([0, 3], loops).map { row(GuestCell(.loop, "register-add", .cycles, cpl: $0), found: $1) }
    let lines = try lines(rows + [row(GuestCell(.kvm, "virtualisation"), found: "interpreting")])
    #expect(lines.contains { $0.hasSuffix("Split locks in a KVM guest \(words)") })
  }

  @Test(arguments: [(1, "1 guest came and went"), (20, "20 guests came and went")])
  func guestsAreCounted(count: Int, words: String) throws {
    let left = row(GuestCell(.kvm, "left-behind", .count), 0, found: "nothing", operations: count)
    #expect(try lines([left]).contains { $0.contains(words) })
  }

  @Test func ofSeveralVcpusTheSlowestIsTold() throws {
    let rows = [(0, 1000.0), (1, 1200)].map {
      row(GuestCell(.vcpus, "line-split", .nanoseconds, cpl: 3, cpu: $0, vcpus: 2), $1, found: "exact")
    }
    #expect(try lines(rows).contains { $0.contains("on the slowest: 2: 1200 ns") })
  }

  @Test func theBystanderIsNamed() throws {
    let cell = GuestCell(
      .bystander, "slow-down", .ratio, condition: "exits-off", place: .host, cpl: 3, cpu: 4)
    let lines = try lines([row(cell, 6, found: "dram-chase")])
    let words = "a bystander (dram-chase) on CPU 4 beside the guest at CPL 3, exits-off: 6.00x"
    #expect(lines.contains { $0.contains(words) })
  }

  /// Words of CPUID are the longest of all.
  @Test func theTableFitsATerminal() throws {
    let cells = [0, 3].map { GuestCell(.cpuid, "core-capabilities", condition: "offered-by-us", cpl: $0) }
    let lines = try lines(cells.map { row($0, found: "not seen" + SeenBit.anyway) })
    #expect(lines.filter { $0.contains("whatever") }.map(\.count).allSatisfy { $0 <= 110 })
  }
}

import Reporting
import TestSupport
import Testing

@testable import Pages

@Suite struct PageTableTests {
  private func table(_ rows: [[String]], _ kind: PageTable.Kind = .numbers) -> PageTable {
    PageTable("name", kind, TextTable(columns: ["a", "b", "c"], rows: rows))
  }

  @Test func columnsOfWordsAreToldFromNumbers() {
    let cases: [([[String]], [Bool])] = [
      ([["x", "1", "yes"], ["y", "-", "-"]], [false, false, true]),
      ([["x", "-", "-"]], [false, false, false]),
      ([["x", "cautiously 1/s", "any"], ["x", "2/s", "any"]], [false, false, true]),
      ([], [false, false, false]),
    ]
    for (rows, expected) in cases {
      let table = table(rows)
      #expect(table.columns.map(\.isWords) == expected)
      #expect(table.lines.allSatisfy { $0.cells.map(\.isWords) == Array(expected.dropFirst()) })
    }
    #expect(table([["x", "yes", "no"]], .words).columns.allSatisfy { !$0.isWords }, "all of them are")
  }

  @Test func longTablesAreFolded() {
    #expect(!table(Array(repeating: ["x", "1", "2"], count: 24)).isFolded)
    #expect(table(Array(repeating: ["x", "1", "2"], count: 25)).isFolded)
  }

  /// A table without rows or with rows of nothing is no crash.
  @Test(arguments: [
    ("cpu,bit\n", 0), ("cpu,bit\n1,sld\n", 1), ("cpu,bit\n,\n,\n", 1), ("unknown\n1\n", 1),
    ("cpu,bit\n1,sld\n1,sld\n", 1),
  ])
  func smallTablesOfFields(_ csv: String, _ count: Int) async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder)
      try fixture.write(csv, to: "hotplug")
      let runs = try PageRun.read([fixture.run])
      let tables = try FieldTable.make(
        runs, "hotplug", [.init(name: "cpu", title: "CPU"), .init(name: "bit", title: "bit")]
      ) { _ in "Bits" }
      #expect(tables.count == count)
      if csv.hasSuffix("1,sld\n1,sld\n") { #expect(tables[0].note == "bit: sld") }
    }
  }
}

import Foundation
import Reporting
import StoredRuns
import StoredRunsChecks
import SystemPackage
import Testing

/// What a caller of a stored run sees.
@Suite struct StoredRunTests {
  private func withRun(_ body: (WorkFolder, StoredRun) throws -> Void) throws {
    let folder = try WorkFolder(copyOf: SmallRun.path)
    defer { folder.remove() }
    try body(folder, StoredRun(folder.path))
  }

  private func failure(_ body: () throws -> Void) throws -> ReadFailure {
    try #require(throws: ReadFailure.self) { try body() }
  }

  @Test func theRecordIsTheOneThatWasWritten() throws {
    let text = String(decoding: try WorkFolder.bytes(SmallRun.path.appending("run.json")), as: UTF8.self)
    #expect(try Json.text(StoredRun(SmallRun.path).record) == text)
  }

  @Test func columnsAreReadByKind() throws {
    try withRun { _, run in
      let cost = try run.table(
        "cost", columns: ["cell", "locked", "median_ns", "instruction", "bus_locks_per_op"])
      #expect(cost.rowCount == 25 && cost.columnNames.count == 5)
      #expect(try cost.integers("cell").first == 0 && cost.texts("instruction").first == "add")
      #expect(try cost.booleans("locked").contains(false))
      #expect(try cost.numbers("median_ns").allSatisfy { $0! > 0 })
      #expect(try cost.numbers("cell").last == 24, "integers will do for numbers")
      #expect(try cost.numbers("bus_locks_per_op").allSatisfy { $0 == nil }, "empty is not 0")
      #expect(try cost.texts("instruction").texts == [nil, "add"])
    }
  }

  @Test func whatCannotBeHadIsSaid() throws {
    try withRun { _, run in
      let cost = try run.table("cost", columns: ["cell"], optional: ["added_later", "bus_locks_per_op"])
      #expect(!cost.has("added_later") && cost.has("bus_locks_per_op"))
      let kind = try failure { _ = try cost.texts("cell") }
      #expect(kind.what == "column cell does not hold texts")
      let left = try failure { _ = try cost.numbers("median_ns") }
      #expect(left.what == "no column median_ns")
      let empty = try failure { () throws(ReadFailure) in
        _ = try cost.filled(cost.numbers("bus_locks_per_op"))
      }
      #expect(empty.line == 2 && empty.what.contains("bus_locks_per_op is empty"))
      let absent = try failure {
        _ = try run.table("cost", columns: ["added_later"])
      }
      #expect(absent.description.hasPrefix("\(run.path)/cost.csv:1:1: no column added_later; "))
      let unread = try failure { _ = try run.table("bystander") }
      #expect(unread.description.contains("bystander.csv: no such file; the run measured cost, trap;"))
      #expect(!run.has("bystander") && run.has("trap"))
    }
  }

  @Test func aColumnThatIsNotAskedForNeedsOnlyItsShape() throws {
    try withRun { folder, run in
      try folder.write("cost.csv", Array("cell,median_ns\n0,nan\n".utf8))
      #expect(try run.table("cost", columns: ["cell"]).rowCount == 1)
      let error = try failure { _ = try run.table("cost") }
      #expect(error.line == 2 && error.column == 3 && error.what.contains("\"nan\" is not a finite"))
      try folder.write("cost.csv", Array("cell,median_ns\n0\n".utf8))
      _ = try failure { _ = try run.table("cost", columns: ["cell"]) }
    }
  }

  @Test func unknownColumnsAreWhatTheDataPackageSays() throws {
    try withRun { folder, run in
      try folder.write("cost.csv", Array("cell,later_ns,note\n0,1.5,2\n".utf8))
      try folder.write(
        "datapackage.json",
        Array(
          """
          {"resources": [{"name": "cost", "schema": {"fields": [
            {"name": "later_ns", "type": "number"}, {"name": "cell", "type": "string"}]}}]}
          """.utf8))
      let cost = try run.table("cost")
      #expect(try cost.numbers("later_ns").first == 1.5)
      #expect(try cost.integers("cell").first == 0, "what is known is known")
      #expect(try cost.texts("note").first == "2")
      try folder.write("datapackage.json", Array("{\"resources\": [}".utf8))
      let error = try failure { _ = try run.table("cost") }
      #expect(error.description.contains("datapackage.json:1:16: no JSON value"))
      #expect(try run.table("cost", columns: ["cell"]).rowCount == 1, "it is not needed for these")
    }
  }

  @Test func linesInsideQuotesAreCounted() throws {
    try withRun { folder, run in
      try folder.write("cost.csv", Array("cell,warnings\n0,\"a\nb\"\n1,\n1,\"c\n\nd\"\n3,\nx,\n".utf8))
      let table = try run.table("cost", columns: ["warnings"])
      #expect((0..<5).map(table.line) == [2, 4, 5, 8, 9])
      let error = try failure { _ = try run.table("cost") }
      #expect(error.line == 9 && error.column == 1)
      try folder.write("cost.csv", Array("cell,warnings\n0,\"a\nb\"\n1,\n1,\n".utf8))
      let twice = try failure { _ = try run.table("cost", key: ["cell"]) }
      #expect(twice.line == 5 && twice.what == "the same cell as in line 4")
    }
  }

  @Test func anInterruptedRunIsReadAndSaysSo() throws {
    try withRun { folder, _ in
      let text = String(decoding: try WorkFolder.bytes(folder.path.appending("run.json")), as: UTF8.self)
      try folder.write(
        "run.json", Array(text.replacing("\"complete\" : true", with: "\"complete\" : false").utf8))
      #expect(try !StoredRun(folder.path).isComplete)
    }
  }

  @Test func whatIsNoFileOfARunIsRefused() throws {
    try withRun { folder, run in
      let cost = folder.path.appending("cost.csv")
      unlink(cost.string)
      #expect(mkfifo(cost.string, 0o600) == 0)
      #expect(
        try failure { _ = try run.table("cost") }.what == "is not a regular file")
      unlink(cost.string)
      #expect(symlink("cost.csv", cost.string) == 0)
      _ = try failure { _ = try run.table("cost") }
      unlink(folder.path.appending("run.json").string)
      #expect(
        try failure { _ = try StoredRun(folder.path) }.what.contains("no run.json"))
    }
  }
}

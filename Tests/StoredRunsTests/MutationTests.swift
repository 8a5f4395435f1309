import Foundation
import Measurement
import Reporting
import StoredRuns
import StoredRunsChecks
import SystemPackage
import Testing

/// Two thousand files that became something else than `splitbench run` wrote.
@Suite(.serialized) struct MutationTests {
  private static let seed: UInt64 = 7

  @Test func tablesAreReadAsTheyAreOrRefusedWhereTheyAreWrong() throws {
    let folder = try WorkFolder(copyOf: SmallRun.path)
    defer { folder.remove() }
    let run = try StoredRun(folder.path)
    let tables = try SmallRun.tables()
    for table in tables { #expect(table.truth.csv == table.bytes, "\(table.file) is written as it is") }
    var random = SeededGenerator(seed: Self.seed)
    var answers = (read: 0, refused: 0)
    for index in 0..<1700 {
      let mutation = TableMutation.all[index % TableMutation.all.count]
      let table = tables.randomElement(using: &random)!
      let mutant = mutation.mutant(TableDraft(table: table), &random)
      try folder.write(table.file, mutant.bytes)
      do throws(ReadFailure) {
        let read = try run.table(table.name, key: mutant.isKeyed ? table.key : [])
        answers.read += 1
        if let fault = fault(in: read, of: mutant, table) {
          Issue.record("\(index), \(mutation.name) of \(table.file): \(fault)")
        }
      } catch {
        answers.refused += 1
        if let fault = fault(in: error, of: mutant, table) {
          Issue.record("\(index), \(mutation.name) of \(table.file): \(fault)")
        }
      }
      try folder.restore(table.file)
    }
    #expect(answers.read > 600 && answers.refused > 600, "\(answers)")
  }

  private func fault(in table: StoredTable, of mutant: TableMutant, _ original: SmallRun.Table) -> String? {
    switch mutant.answer {
    case .table(let truth): truth.difference(from: table, kinds: original.kinds)
    case .refusal(let line, let byte): "read, but line \(line), byte \(byte ?? 0) is wrong"
    case .reference:
      ReferenceTable(csv: mutant.bytes, kinds: original.kinds).map {
        $0.difference(from: table, kinds: original.kinds)
      } ?? "read, but it has to be refused"
    }
  }

  private func fault(in error: ReadFailure, of mutant: TableMutant, _ original: SmallRun.Table) -> String? {
    guard error.file.lastComponent?.string == original.file, let line = error.line, let byte = error.column
    else { return "no place: \(error)" }
    switch mutant.answer {
    case .table: return "refused: \(error)"
    case .refusal(let expected, let expectedByte):
      return line == expected && expectedByte ?? byte == byte
        ? nil : "\(error), but line \(expected), byte \(expectedByte ?? 0) is wrong"
    case .reference:
      return ReferenceTable(csv: mutant.bytes, kinds: original.kinds) == nil ? nil : "refused: \(error)"
    }
  }

  @Test func recordsAreReadAsTheyAreOrRefused() throws {
    let folder = try WorkFolder(copyOf: SmallRun.path)
    let input = try StoredRunInput(replacingFilesOf: SmallRun.path)
    defer {
      folder.remove()
      input.remove()
    }
    let text = String(decoding: try WorkFolder.bytes(SmallRun.path.appending("run.json")), as: UTF8.self)
    let truth = try Json.text(StoredRun(SmallRun.path).record)
    var random = SeededGenerator(seed: Self.seed)
    for index in 0..<300 {
      let mutation = RecordMutation.all[index % RecordMutation.all.count]
      let mutant = mutation.mutant(text, &random)
      try folder.write("run.json", mutant.bytes)
      do throws(ReadFailure) {
        let record = try StoredRun(folder.path).record
        switch mutant.answer {
        case .same: #expect(try! Json.text(record) == truth, "\(index), \(mutation.name)")
        case .refusal: Issue.record("\(index), \(mutation.name): was read")
        case .asSaid:
          let fault = try! input.fault(in: mutant.bytes)
          #expect(fault == nil, "\(index), \(mutation.name)")
        }
      } catch {
        switch mutant.answer {
        case .same: Issue.record("\(index), \(mutation.name): \(error)")
        case .refusal(let words):
          #expect(error.description.contains(words), "\(index), \(mutation.name): \(error)")
        case .asSaid: #expect(error.file.lastComponent?.string == "run.json", "\(error)")
        }
      }
    }
  }
}

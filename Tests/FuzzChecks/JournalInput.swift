import DetectionControl
import Foundation
import StoredRunsChecks
import SystemPackage

/// A journal that somebody left.
///
/// What must hold: it is refused in words, or names CPUs that can be, and is the same when it is written and read again.
struct JournalInput: FuzzedInput {
  private let folder: FilePath

  init() throws {
    folder = WorkFolder.unused()
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder.string) }

  func fault(in bytes: [UInt8]) throws -> String? {
    let file = JournalFile(folder.appending("journal.json"))
    try Data(bytes).write(to: URL(filePath: file.path.string))
    let journal: Journal
    do throws(JournalFailure) {
      guard let read = try file.read() else { return "it is there, and nobody sees it" }
      journal = read
    } catch {
      return error.description.contains("journal.json") ? nil : "which one? \(error)"
    }
    let cpus = journal.before.bits.map(\.bit.cpu) + journal.before.online.map(\.cpu)
    if let wrong = cpus.first(where: { !(0..<1 << 16).contains($0) }) { return "CPU \(wrong)" }
    if !journal.before.differences(from: journal.before).isEmpty { return "it differs from itself" }
    try file.write(journal)
    return try file.read() == journal ? nil : "another one when read again"
  }
}

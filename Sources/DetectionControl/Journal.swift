import FoundationEssentials
import Glibc
import Machine
import SystemPackage

/// What a machine was before SplitBench changed it: written, and on its disk, before the first change.
public struct Journal: Codable, Sendable, Equatable {
  /// Of Linux's boot; a reboot undoes everything by itself.
  public var bootId: String
  /// Of the process that changes the machine, and what tells it from a later one of that number.
  public var process: Int
  public var nonce: UInt64
  /// What is going to be changed, as it was: written down before the first change of each.
  public var before: DetectionState
}

/// The file that holds a journal.
public struct JournalFile: Sendable {
  public let path: FilePath
  public static let defaultPath: FilePath = "/run/splitbench/journal.json"

  public init(_ path: FilePath = defaultPath) { self.path = path }

  /// The journal of a run, beside that of `msr set`, whose changes are meant to stay.
  public var ofRun: JournalFile { JournalFile(FilePath(path.string + ".run")) }

  /// - Returns: nil if there is none.
  /// - Throws: `JournalFailure` if there is one that cannot be read.
  public func read() throws(JournalFailure) -> Journal? {
    let text: String
    do throws(Unreadable) {
      // Whoever holds the lock may write or remove it at any moment.
      guard access(path.string, F_OK) == 0 else { return nil }
      text = try FileTree(root: "/").text(path.string)
    } catch {
      if access(path.string, F_OK) != 0 { return nil }
      throw JournalFailure(path: path, reason: error.reason)
    }
    do {
      let journal = try JSONDecoder().decode(Journal.self, from: Data(text.utf8))
      guard journal.before.cpus.allSatisfy(CpuSelection.possible.contains), journal.before.namesEachOnce
      else {
        throw Errno.outOfRange
      }
      return journal
    } catch {
      throw JournalFailure(
        path: path, reason: "it is no journal of this version; remove it, or name another with --journal")
    }
  }

  /// Writes it whole, and returns when it is on the disk.
  public func write(_ journal: Journal) throws(JournalFailure) {
    let folder = path.removingLastComponent()
    do {
      try makeFolder(folder)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let new = FilePath(path.string + ".new")
      let file = try FileDescriptor.open(
        new, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite])
      do {
        defer { try? file.close() }
        try file.writeAll(try encoder.encode(journal))
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
      guard rename(new.string, path.string) == 0 else { throw Errno(rawValue: errno) }
      try sync(folder)
    } catch {
      throw JournalFailure(
        path: path, reason: "cannot write it (\(error)); choose another place with --journal")
    }
  }

  public func remove() throws(JournalFailure) {
    guard unlink(path.string) == 0 || errno == ENOENT else {
      throw JournalFailure(path: path, reason: "cannot remove it: \(Errno(rawValue: errno))")
    }
    try? sync(path.removingLastComponent())
  }

  private func sync(_ folder: FilePath) throws {
    let directory = try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
    defer { try? directory.close() }
    guard fsync(directory.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }
}

public struct JournalFailure: Error, CustomStringConvertible, Sendable {
  public let path: FilePath
  public let reason: String
  public var description: String { "journal \(path): \(reason)" }
}

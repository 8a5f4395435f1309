import Glibc
import Measurement
import SystemPackage

/// The folder of one run. What is in it is valid at every moment: samples are appended by the round, and every
/// other file is written under another name, synced, and renamed.
public struct RunFolder {
  public let path: FilePath
  /// The folder's own name, which is the run's.
  public var run: String { path.lastComponent!.string }

  private let samples: FileDescriptor
  private var samplesLength: Int

  /// Makes the folder and finds out, before anything is measured, that it can be written.
  ///
  /// - Parameters:
  ///   - parent: made if missing.
  ///   - name: `<utc time>-<cpu slug>[-label]`; a number is added if there is such a folder.
  public static func create(in parent: FilePath, named name: String) throws(Failure) -> RunFolder {
    try makeFolders(parent)
    var path = parent.appending(name)
    for number in 2... {
      let result = mkdir(path.string, 0o777)
      if result == 0 { break }
      let error = Errno(rawValue: errno)
      guard error == .fileExists else { throw Failure(path, error) }
      path = parent.appending("\(name)-\(number)")
    }
    do {
      return try RunFolder(path)
    } catch {
      removeEmptied(path)
      throw error
    }
  }

  private init(_ path: FilePath) throws(Failure) {
    self.path = path
    let file = path.appending("samples.csv")
    samples = try RunFolder.naming(file) {
      try FileDescriptor.open(
        file, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }
    samplesLength = 0
    try append(SampleTable.table.header)
    try replace("datapackage.json", with: RunFolder.json { try Json.verbatim(DataPackage(run: run)) })
  }

  // MARK: Writing

  /// Appends what one round gave to `samples.csv`, whole or not at all.
  public mutating func append(_ groups: [(cell: Int, group: Group)]) throws(Failure) {
    let table = SampleTable.table
    try append(
      groups.flatMap { SampleTable.rows(cell: $0.cell, group: $0.group) }.map(table.line).joined())
  }

  private mutating func append(_ text: String) throws(Failure) {
    do {
      let count = try samples.writeAll(text.utf8)
      samplesLength += count
      try RunFolder.sync(samples)
    } catch {
      // A line cut short by a full disk would not parse.
      ftruncate(samples.rawValue, samplesLength)
      throw Failure(path.appending("samples.csv"), error)
    }
  }

  /// Rewrites the summary files with what is known now.
  public func write(_ record: RunRecord, rows: [CostRow]) throws(Failure) {
    try replace("cost.csv", with: CostTable.table(run: run).text(rows))
    try replace("summary.md", with: Summary(record: record, rows: rows).markdown)
    try replace("run.json", with: RunFolder.json { try Json.text(record) })
  }

  /// Removes the folder and what this run wrote into it: nothing was measured.
  public func discard() {
    try? samples.close()
    RunFolder.removeEmptied(path)
  }

  public func close() throws(Failure) {
    try RunFolder.naming(path) { try samples.close() }
  }

  private func replace(_ name: String, with text: String) throws(Failure) {
    let file = path.appending(name)
    let temporary = path.appending(".\(name).new")
    do {
      let descriptor = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try descriptor.closeAfter {
        _ = try descriptor.writeAll(text.utf8)
        try RunFolder.sync(descriptor)
      }
      guard rename(temporary.string, file.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlink(temporary.string)
      throw Failure(file, error)
    }
  }

  private static func json(_ encode: () throws -> String) throws(Failure) -> String {
    do { return try encode() } catch { throw Failure("run.json", error) }
  }

  private static func sync(_ descriptor: FileDescriptor) throws(Errno) {
    // EINVAL and ENOTSUP: a file system that cannot sync has nothing to lose.
    if fsync(descriptor.rawValue) != 0, errno != EINVAL, errno != ENOTSUP {
      throw Errno(rawValue: errno)
    }
  }

  // MARK: Folders

  private static func makeFolders(_ path: FilePath) throws(Failure) {
    var made = FilePath(root: path.root, [])
    for component in path.components {
      made.append(component)
      guard mkdir(made.string, 0o777) != 0 else { continue }
      let error = Errno(rawValue: errno)
      // A folder that is there need not be one that we may make: / answers EROFS or EACCES.
      var status = stat()
      if stat(made.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      throw Failure(made, error == .fileExists ? .notDirectory : error)
    }
  }

  private static func removeEmptied(_ path: FilePath) {
    for name in ["samples.csv", "cost.csv", "summary.md", "run.json", "datapackage.json"] {
      unlink(path.appending(name).string)
      unlink(path.appending(".\(name).new").string)
    }
    rmdir(path.string)
  }

  private static func naming<R>(_ path: FilePath, _ body: () throws -> R) throws(Failure) -> R {
    do { return try body() } catch { throw Failure(path, error) }
  }

  /// Something in the result folder could not be written.
  public struct Failure: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ path: FilePath, _ cause: any Error) {
      let remedy =
        (cause as? Errno) == .noSpace
        ? "free some space or choose another folder with --out" : "choose another folder with --out"
      description = "cannot write \(path): \(cause): \(remedy)"
    }
  }
}

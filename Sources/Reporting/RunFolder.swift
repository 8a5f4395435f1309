import Glibc
import Measurement
import SystemPackage

/// The folder of one run. What is in it is valid at every moment: samples are appended by the round, and every
/// other file is written under another name, synced, and renamed. Of a run that was killed the samples may be a round ahead.
public struct RunFolder {
  public let path: FilePath
  /// The folder's own name, which is the run's.
  public var run: String { path.lastComponent!.string }

  private let experiments: [ExperimentId]
  private let relationSource: String
  /// Tables of raw timings, by name, which grow by the round.
  private var growing: [String: GrowingFile] = [:]

  /// Makes the folder and finds out, before anything is measured, that it can be written.
  ///
  /// - Parameters:
  ///   - parent: made if missing.
  ///   - name: `<utc time>-<cpu slug>[-label]`; a number is added if there is such a folder.
  ///   - experiments: those of the run: each has tables of its own.
  ///   - relationSource: see `MachineReport`.
  public static func create(
    in parent: FilePath, named name: String, experiments: [ExperimentId], relationSource: String
  ) throws(Failure) -> RunFolder {
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
      return try RunFolder(path, experiments, relationSource)
    } catch {
      removeEmptied(path)
      throw error
    }
  }

  private init(
    _ path: FilePath, _ experiments: [ExperimentId], _ relationSource: String
  ) throws(Failure) {
    self.path = path
    self.experiments = experiments
    self.relationSource = relationSource
    let tables = tables(RunResults())
    for table in tables where table.grows { try start(table.name, table.header) }
    let package = DataPackage(run: run, tables: tables)
    try replace("datapackage.json") { try Json.verbatim(package) }
  }

  private func tables(_ results: RunResults) -> [ResultTable] {
    experiments.flatMap { results.tables(of: $0, run: run, relationSource: relationSource) }
  }

  // MARK: Writing

  /// Appends what one round gave to `samples.csv`, whole or not at all.
  public mutating func append(_ groups: [(cell: Int, group: Group)]) throws(Failure) {
    let table = SampleTable.table
    try append(
      "samples",
      groups.flatMap { SampleTable.rows(cell: $0.cell, group: $0.group) }.map(table.line).joined())
  }

  /// Appends what one round gave to `slices.csv`, whole or not at all.
  public mutating func append(_ slices: [SliceSample]) throws(Failure) {
    try append("slices", slices.map(SliceTable.table.line).joined())
  }

  private mutating func start(_ name: String, _ header: String) throws(Failure) {
    let file = path.appending("\(name).csv")
    growing[name] = GrowingFile(
      descriptor: try RunFolder.naming(file) {
        try FileDescriptor.open(
          file, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: [.ownerReadWrite, .groupRead, .otherRead])
      })
    try append(name, header)
  }

  private mutating func append(_ name: String, _ text: String) throws(Failure) {
    do {
      try growing[name]!.append(text)
    } catch {
      throw Failure(path.appending("\(name).csv"), error)
    }
  }

  /// Rewrites the summary files with what is known now.
  public func write(_ record: RunRecord, _ results: RunResults) throws(Failure) {
    for table in tables(results) where !table.grows { try replace("\(table.name).csv", with: table.text) }
    try replace("summary.md") { Summary(record: record, results: results).markdown }
    try replace("run.json") { try Json.text(record) }
  }

  /// Removes the folder and what this run wrote into it: nothing was measured.
  public func discard() {
    for file in growing.values { try? file.descriptor.close() }
    RunFolder.removeEmptied(path)
  }

  public func close() throws(Failure) {
    try RunFolder.naming(path) { for file in growing.values { try file.descriptor.close() } }
  }

  private func replace(_ name: String, with text: () throws -> String) throws(Failure) {
    let file = path.appending(name)
    do {
      try FinishedFile.write(try text(), to: file)
    } catch {
      throw Failure(file, error)
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
    let tables = ExperimentId.allCases.flatMap { RunResults().tables(of: $0, run: "", relationSource: "") }
    for name in tables.map(\.resource.path) + ["summary.md", "run.json", "datapackage.json"] {
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

/// A file that lines are added to, each time whole or not at all.
private struct GrowingFile {
  let descriptor: FileDescriptor
  private var length = 0

  init(descriptor: FileDescriptor) { self.descriptor = descriptor }

  mutating func append(_ text: String) throws {
    do {
      let count = try descriptor.writeAll(text.utf8)
      try FinishedFile.sync(descriptor)
      length += count
    } catch {
      // A line cut short by a full disk would not parse.
      ftruncate(descriptor.rawValue, length)
      throw error
    }
  }
}

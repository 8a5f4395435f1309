import Fleet
import Glibc
import Machine
import Reporting
import StoredRuns
import SystemPackage

/// Result folders without what tells whose machines they are of: for other people.
///
/// Machines stay apart, as `machine1`, `machine2` ..., and keep their runs; times, CPUs, Linux's release and all that was measured stay
/// as they are.
public struct AnonymousRuns {
  /// Which run is called what in the copy.
  public struct Copied: Sendable {
    public let from: FilePath
    public let to: FilePath
    /// Files that were left out: nobody knows what they hold. People write into the summary.
    public let leftOut: [String]
  }

  private let runs: [StoredRun]
  private let words: [String]
  /// By a run's path.
  private let machines: [FilePath: String]
  private let boots: Pseudonyms<String>

  /// - Parameters:
  ///   - runs: those that go together: a machine has one name in all of them.
  ///   - words: names of hosts and people that must not be in the copy, beside those in the records.
  public init(_ runs: [StoredRun], words: [String]) {
    self.runs = runs
    // Clones of one disk, too, are a machine each.
    var firstRuns: [FilePath: FilePath] = [:]
    for machine in FleetMachines(runs).machines {
      for run in machine.runs { firstRuns[run.path] = machine.runs[0].path }
    }
    let names = Pseudonyms("machine", of: runs.map { firstRuns[$0.path]! })
    machines = firstRuns.mapValues { names[$0] }
    boots = Pseudonyms("boot", of: runs.compactMap { $0.record.host?.boot })
    let found = runs.flatMap { run -> [String] in
      let host = run.record.host
      return [host?.name, host?.instance, host?.boot].compactMap { $0 }
    }
    // A number or a literal of JSON is no name, and stands everywhere.
    let labels = runs.compactMap(\.record.label).filter {
      Double($0) == nil && !["true", "false", "null"].contains($0)
    }
    self.words = AnonymousRuns.withParts(found + words + labels)
  }

  /// A host's name alone identifies it too, and so do its domains: `dc3.acme.example` and `acme.example` of `srv7.dc3.acme.example`. Words of
  /// a letter or two would be found everywhere, as would the end of a version.
  private static func withParts(_ words: [String]) -> [String] {
    let all = words.flatMap { word in
      let parts = word.split(separator: ".")
      let domains = parts.indices.dropFirst().dropLast().map { parts[$0...].joined(separator: ".") }
      return [word] + parts.prefix(1).map(String.init) + domains.filter { $0.contains(where: \.isLetter) }
    }
    return Set(all.filter { $0.count > 2 }).sorted { ($1.count, $0) < ($0.count, $1) }
  }

  /// Writes the copies into `<out>/<cpu slug>-<machine>/<run>/`.
  ///
  /// - Parameter out: made if missing; must be empty.
  /// - Throws: where it holds something, a run cannot be read, or a file cannot be written.
  public func write(to out: FilePath) throws -> [Copied] {
    try makeFolder(out)
    guard FileTree(root: out).names("/").isEmpty else {
      throw UnwritableCopy(path: out, reason: "there is something in it")
    }
    var taken: Set<FilePath> = []
    return try runs.map { run in
      let slug = run.record.machine.processor.slug
      let machine = machines[run.path]!
      let time = run.record.startedUtc.filter { $0 != "-" && $0 != ":" }
      let parent = out.appending("\(slug)-\(machine)")
      var folder = parent.appending("\(time)-\(slug)")
      var number = 1
      while !taken.insert(folder).inserted {
        number += 1
        folder = parent.appending("\(time)-\(slug)-\(number)")
      }
      try makeFolder(parent)
      try makeFolder(folder)
      return try write(run, machine, to: folder)
    }
  }

  private func write(_ run: StoredRun, _ machine: String, to folder: FilePath) throws -> Copied {
    let name = folder.lastComponent!.string
    var record = run.record
    record.run = name
    record.label = nil
    record.host?.instance = machine
    record.host?.boot = run.record.host?.boot.map { boots[$0] }
    record.host?.name = nil
    let names = Set([run.record.run, run.name]).sorted { $0.count > $1.count }
    let scrubber = Scrubber(
      words: names.flatMap {
        [
          .init($0, name, matchesCase: true),
          .init($0.lowercased(), name.lowercased(), matchesCase: true),
        ]
      }
        + words.map { .init($0) })
    // Linux's release, which anyone may name, is a part of it.
    let release = record.machine.linux.release
    record.host?.group.replace(
      release, with: String(decoding: scrubber.unworded(Array(release.utf8)[...]), as: UTF8.self))
    try put(scrubber.scrubbed(json: Array(try Json.text(record).utf8)), folder.appending("run.json"))
    var leftOut: [String] = []
    for file in FileTree(root: run.path).names("/").sorted() where file != "run.json" {
      let table = file.hasSuffix(".csv") ? String(file.dropLast(4)) : nil
      let bytes = { try StoredFile.bytes(run.path.appending(file), limit: 2 << 30) }
      if let table, let columns = RunResults.columnTypes[table], table != "model" {
        let text = try bytes()
        try refuseUnknown(columns, in: text, run.path.appending(file))
        // Raw timings are numbers and words of ours alone.
        try put(
          columns["run"] == nil ? text : scrubber.scrubbed(table: text, run: name), folder.appending(file))
      } else if file == "datapackage.json" {
        try put(scrubber.scrubbed(json: try bytes(), name: name.lowercased()), folder.appending(file))
      } else {
        leftOut.append(file)
      }
    }
    try check(folder)
    return Copied(from: run.path, to: folder, leftOut: leftOut)
  }

  /// What was taken out must not be what was measured.
  private func check(_ folder: FilePath) throws(ReadFailure) {
    let copy = try StoredRun(folder)
    for (table, columns) in RunResults.columnTypes where columns["run"] != nil && copy.has(table) {
      _ = try copy.table(table)
    }
  }

  /// A column that this SplitBench does not know may hold anything.
  private func refuseUnknown(
    _ columns: [String: String], in text: [UInt8], _ file: FilePath
  ) throws(ReadFailure) {
    let header = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    for name in header.split(separator: ",") where columns[String(name)] == nil {
      throw ReadFailure(
        file, "column \(name): not known to this SplitBench, which cannot tell what it gives away",
        remedy: "use the SplitBench that wrote it, or remove the column")
    }
  }
}

/// Short names in place of long ones, by the order of their first appearance.
private struct Pseudonyms<Original: Hashable> {
  private var names: [Original: String] = [:]

  init(_ word: String, of originals: [Original]) {
    for original in originals where names[original] == nil { names[original] = "\(word)\(names.count + 1)" }
  }

  subscript(_ original: Original) -> String { names[original]! }
}

extension AnonymousRuns {
  private func put(_ bytes: [UInt8], _ file: FilePath) throws(UnwritableCopy) {
    do {
      let descriptor = try FileDescriptor.open(
        file, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      _ = try descriptor.closeAfter { try descriptor.writeAll(bytes) }
    } catch {
      throw UnwritableCopy(path: file, reason: "\(error)")
    }
  }

  private func makeFolder(_ path: FilePath) throws(UnwritableCopy) {
    guard mkdir(path.string, 0o777) != 0, errno != EEXIST else { return }
    throw UnwritableCopy(path: path, reason: "\(Errno(rawValue: errno))")
  }
}

/// A file of the copy could not be written, or is there already.
struct UnwritableCopy: Error, CustomStringConvertible {
  let path: FilePath
  let reason: String
  var description: String { "cannot write \(path): \(reason): name a new folder with --out" }
}

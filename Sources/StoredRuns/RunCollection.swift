import Glibc
import Reporting
import SystemPackage

/// Result folders, by the folder that they lie in: a machine's have one of their own, `results/<machine>/<run>/`.
public struct RunCollection: Sendable {
  public struct Group: Sendable {
    /// Name of the folder that the runs lie in.
    public let machine: String
    public let path: FilePath
    /// By name, which begins with the time of the run.
    public fileprivate(set) var runs: [StoredRun]
  }

  /// In the order in which they were found; inside a folder by name.
  public private(set) var groups: [Group] = []

  /// All runs, group by group.
  public var runs: [StoredRun] { groups.flatMap(\.runs) }

  /// How far below a path runs are looked for.
  private static let depthLimit = 4
  /// Folders that were looked at: how far down, and how many runs there are.
  private var explored: [FolderIdentity: (depth: Int, runs: Int)] = [:]

  /// Finds the runs that paths lead to, and reads their records.
  ///
  /// A run found twice, through a link or a path inside another, counts once.
  /// - Parameter paths: each a result folder, or a folder in which they lie, up to four folders down. Names that begin with a dot
  ///   are passed over, symbolic links followed.
  /// - Throws: where a path is not a folder, cannot be read, or has no run in it; where a link leads back to where it lies; where a
  ///   run cannot be read; where two folders are copies of one run.
  public static func find(_ paths: [FilePath]) throws(ReadFailure) -> RunCollection {
    var collection = RunCollection()
    for path in paths {
      guard try collection.visit(path, within: []) > 0 else {
        throw ReadFailure(
          path, "no run in it, nor in the folders below", remedy: "name a folder that `splitbench run` wrote")
      }
    }
    for index in collection.groups.indices { collection.groups[index].runs.sort { $0.name < $1.name } }
    try collection.refuseCopies()
    return collection
  }

  /// - Returns: how many runs there are.
  private mutating func visit(
    _ path: FilePath, within ancestors: [FolderIdentity]
  ) throws(ReadFailure) -> Int {
    let identity = try FolderIdentity(path)
    guard !ancestors.contains(identity) else {
      throw ReadFailure(path, "a symbolic link leads back to a folder above it", remedy: "remove the link")
    }
    let depth = ancestors.count
    if let known = explored[identity], known.depth <= depth { return known.runs }
    var count = 0
    // The data package is the first file of a run, its record a later one.
    if StoredFile.exists(path.appending("run.json")) || StoredFile.exists(path.appending("datapackage.json"))
    {
      if explored[identity] == nil { add(try StoredRun(path)) }
      count = 1
    } else if depth < RunCollection.depthLimit {
      for folder in try FolderIdentity.folders(in: path) {
        count += try visit(folder, within: ancestors + [identity])
      }
    }
    explored[identity] = (depth, count)
    return count
  }

  private mutating func add(_ run: StoredRun) {
    let parent = run.path.resolved.removingLastComponent()
    if let index = groups.firstIndex(where: { $0.path == parent }) {
      groups[index].runs.append(run)
    } else {
      groups.append(Group(machine: parent.resolvedName, path: parent, runs: [run]))
    }
  }

  /// A copy is no repetition: taken for one it would make intervals too narrow.
  private func refuseCopies() throws(ReadFailure) {
    var seen: [String: StoredRun] = [:]
    for run in runs {
      let identity = "\(run.record.startedUtc) \(run.record.parameters.seed) \(run.record.run)"
      if let other = seen.updateValue(run, forKey: identity) {
        throw ReadFailure(run.path, "the same run as \(other.path)", remedy: "leave one of the two out")
      }
    }
  }
}

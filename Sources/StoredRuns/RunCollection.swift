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
  /// What was passed over, and why.
  public private(set) var unread: [ReadFailure] = []

  /// All runs, group by group.
  public var runs: [StoredRun] { groups.flatMap(\.runs) }

  /// How far below a path runs are looked for.
  private static let depthLimit = 4
  /// Folders that were looked at: how far down, and how many runs there are.
  private var explored: [FolderIdentity: (depth: Int, runs: Int)] = [:]
  /// Whether a run that cannot be read spoils those that lie beside it.
  private let passesOver: Bool
  /// Runs that a path leads to by itself: they are wanted, whatever is wrong with them.
  private var named: Set<FilePath> = []

  /// Finds the runs that paths lead to, and reads their records.
  ///
  /// A run found twice, through a link or a path inside another, counts once.
  /// - Parameters:
  ///   - paths: each a result folder, or a folder in which they lie, up to four folders down. Names that begin with a dot
  ///     are passed over, symbolic links followed.
  ///   - passingOver: whether a run in a folder of runs is passed over where it cannot be read, as one that is half made.
  /// - Throws: where a path is not a folder, cannot be read, or has no run in it; where a link leads back to where it lies; where a
  ///   run cannot be read; where two folders are copies of one run.
  public static func find(_ paths: [FilePath], passingOver: Bool = false) throws(ReadFailure) -> RunCollection
  {
    var collection = RunCollection(passesOver: passingOver)
    for path in paths {
      let passedOver = collection.unread.count
      guard try collection.visit(path, within: []) > 0 else {
        if passedOver < collection.unread.count { throw collection.unread[passedOver] }
        throw ReadFailure(
          path, "no run in it, nor in the folders below", remedy: "name a folder that `splitbench run` wrote")
      }
    }
    for index in collection.groups.indices { collection.groups[index].runs.sort { $0.name < $1.name } }
    try collection.refuseCopies()
    return collection
  }

  private init(passesOver: Bool) { self.passesOver = passesOver }

  /// What a body makes of the runs. One whose tables turn out not to be readable is passed over, where that was asked for, and the body
  /// begins again: such runs are few.
  public mutating func reading<R>(_ body: (RunCollection) throws -> R) throws -> R {
    while true {
      do {
        return try body(self)
      } catch let failure as ReadFailure {
        guard passOver(failure) else { throw failure }
      }
    }
  }

  /// - Returns: false where it is of no run that may be passed over, or of the only one.
  private mutating func passOver(_ failure: ReadFailure) -> Bool {
    let folder = failure.file.removingLastComponent()
    guard passesOver, !named.contains(folder), groups.count > 1 || groups[0].runs.count > 1,
      let group = groups.firstIndex(where: { $0.runs.contains { $0.path == folder } })
    else { return false }
    groups[group].runs.removeAll { $0.path == folder }
    if groups[group].runs.isEmpty { groups.remove(at: group) }
    unread.append(failure)
    return true
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
      if depth == 0 { named.insert(path) }
      do {
        if explored[identity]?.runs ?? 0 == 0 { add(try StoredRun(path)) }
        count = 1
      } catch {
        guard passesOver, depth > 0 else { throw error }
        unread.append(error)
      }
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
      if let other = seen.updateValue(run, forKey: run.identity) {
        throw ReadFailure(run.path, "the same run as \(other.path)", remedy: "leave one of the two out")
      }
    }
  }
}

import Glibc
import Machine
import SystemPackage

/// Held by whoever changes this machine: the second one is refused, wherever its journal lies.
public final class ControlLock: Sendable {
  private let file: LockFile

  static let path = "/run/splitbench/lock"

  /// - Parameter patience: how long to wait for another holder, in seconds.
  /// - Throws: `ControlBusy` with the number of the process that holds it; `JournalFailure` if it cannot be made.
  public init(_ files: FileTree, patience: Double = 0) throws {
    let path = files.root.appending(FilePath(ControlLock.path).components)
    func failure(_ reason: String) -> JournalFailure {
      JournalFailure(path: path, reason: "cannot make the lock (\(reason)): it needs root, and a folder /run")
    }
    do {
      try makeFolder(path.removingLastComponent())
      file = try LockFile.taken(path, permissions: .ownerReadWrite, patience: patience)
    } catch let holder as LockFile.Holder {
      throw ControlBusy(process: holder.process)
    } catch let unusable as LockFile.Unusable {
      throw failure(unusable.reason)
    } catch {
      throw failure("\(error)")
    }
  }
}

/// Makes a folder below one that is there.
func makeFolder(_ folder: FilePath) throws {
  guard mkdir(folder.string, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
}

public struct ControlBusy: Error, CustomStringConvertible, Sendable {
  /// Nil where it is not to be seen from here.
  public let process: Int?
  public var description: String {
    "another SplitBench (process \(process.map(String.init) ?? "unknown")) is changing this machine's settings: wait for it, or end it"
  }
}

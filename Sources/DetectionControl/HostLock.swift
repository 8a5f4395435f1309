import Glibc
import Machine
import SystemPackage

/// Held by whoever measures on this machine, so that two runs never overlap on it.
///
/// It lies in the first folder that every user may write to, so that root and others meet there. A container sees the host's where
/// that folder is mounted into it.
public final class HostLock: Sendable {
  private let file: LockFile
  /// Why others on this machine may hold another lock; nil where nothing speaks for it.
  public let doubt: String?

  static let folders = ["/run/lock", "/tmp"]
  static let name = "splitbench.lock"

  /// - Parameter patience: how long to wait for another holder, in seconds. What a killed run leaves behind may hold it a moment more.
  /// - Throws: `HostBusy`; `NoHostLock`.
  public init(_ files: FileTree, patience: Double = 0.3) throws {
    var reasons: [String] = []
    for folder in HostLock.folders {
      let path = files.root.appending(FilePath(folder).components)
      guard HostLock.isEveryones(path) else {
        reasons.append("\(folder) is not a folder that everyone may write to (mode 1777)")
        continue
      }
      do {
        file = try LockFile.taken(
          path.appending(HostLock.name), permissions: .everyoneReadWrite, patience: patience)
        doubt = folder == HostLock.folders[0] ? nil : PrivateFolder.reason(folder, files)
        return
      } catch let holder as LockFile.Holder {
        throw HostBusy(process: holder.process, sinceUnixSeconds: holder.since)
      } catch let unusable as LockFile.Unusable {
        reasons.append("\(folder)/\(HostLock.name): \(unusable.reason)")
        // Whoever may open it holds it there: one in the next folder would keep nobody away.
        if unusable.isRefused { break }
      }
    }
    throw NoHostLock(reason: reasons.joined(separator: "; "))
  }

  /// Whoever asks gets the same answer, root too: otherwise two users could hold two locks.
  private static func isEveryones(_ folder: FilePath) -> Bool {
    var status = stat()
    return stat(folder.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      && status.st_mode & 0o1002 == 0o1002
  }
}

extension FilePermissions {
  fileprivate static let everyoneReadWrite: FilePermissions = [
    .ownerReadWrite, .groupReadWrite, .otherReadWrite,
  ]
}

/// Another run is going on.
public struct HostBusy: Error, Equatable, Sendable {
  /// Nil where it is not to be seen from here, as in a container.
  public let process: Int?
  public let sinceUnixSeconds: Int
}

/// This run cannot keep others away.
public struct NoHostLock: Error, Sendable {
  public let reason: String
}

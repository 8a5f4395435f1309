import Glibc
import Machine
import SystemPackage

/// Held by whoever changes this machine: the second one is refused, wherever its journal lies. Linux lets go of it when its
/// holder ends, however it ends.
public final class ControlLock: Sendable {
  private let file: FileDescriptor

  static let path = "/run/splitbench/lock"

  /// - Parameter patience: how long to wait for another holder, in seconds.
  /// - Throws: `ControlBusy` with the number of the process that holds it; `JournalFailure` if it cannot be made.
  public init(_ files: FileTree, patience: Double = 0) throws {
    let path = files.root.appending(FilePath(ControlLock.path).components)
    do {
      try makeFolder(path.removingLastComponent())
      file = try FileDescriptor.open(
        path, .readWrite, options: [.create, .closeOnExec, .noFollow], permissions: [.ownerReadWrite])
    } catch {
      throw JournalFailure(
        path: path, reason: "cannot make the lock (\(error)): it needs root, and a folder /run")
    }
    var left = patience
    while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
      guard left > 0 else {
        var text = [UInt8](repeating: 0, count: 32)
        let length = text.withUnsafeMutableBytes { (try? file.read(fromAbsoluteOffset: 0, into: $0)) ?? 0 }
        throw ControlBusy(process: String(decoding: text.prefix(length), as: UTF8.self))
      }
      sleep(seconds: 0.05)
      left -= 0.05
    }
    ftruncate(file.rawValue, 0)
    _ = try? file.writeAll(toAbsoluteOffset: 0, "\(getpid())".utf8)
  }

  deinit { try? file.close() }
}

/// Makes a folder below one that is there.
func makeFolder(_ folder: FilePath) throws {
  guard mkdir(folder.string, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
}

public struct ControlBusy: Error, CustomStringConvertible, Sendable {
  public let process: String
  public var description: String {
    "another SplitBench (process \(process)) is changing this machine's settings: wait for it, or end it"
  }
}

import Glibc
import Machine
import SystemPackage

/// A file that one process at a time holds, with its number in it. Linux lets go of it when its holder ends, however it ends.
///
/// It is safe in a folder that everyone may write to (open(2), proc_sys_fs(5)): no link is followed, a pipe is not waited for, a file
/// with a second name is not written to, and O_CREAT never meets a file of another user, which `fs.protected_regular` refuses.
final class LockFile: Sendable {
  private let file: FileDescriptor

  /// Takes the lock, or throws at once.
  ///
  /// - Parameter permissions: of the file, where it is made: who may open it may hold it.
  /// - Throws: `Holder` while another has it; `Unusable`.
  init(_ path: FilePath, permissions: FilePermissions) throws {
    while true {
      let file = try LockFile.open(path, permissions)
      do {
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
          throw errno == EWOULDBLOCK ? Holder(file) : Unusable(reason: "flock: \(Errno(rawValue: errno))")
        }
        // Whoever cleans /tmp may have removed it meanwhile, and another made it anew.
        guard LockFile.is(file, at: path) else {
          try file.close()
          continue
        }
      } catch {
        try? file.close()
        throw error
      }
      ftruncate(file.rawValue, 0)
      _ = try? file.writeAll(toAbsoluteOffset: 0, "\(getpid())".utf8)
      self.file = file
      return
    }
  }

  deinit { try? file.close() }

  /// The same, and tries again for so many seconds.
  static func taken(_ path: FilePath, permissions: FilePermissions, patience: Double) throws -> LockFile {
    var left = patience
    while true {
      do {
        return try LockFile(path, permissions: permissions)
      } catch let holder as Holder {
        guard left > 0 else { throw holder }
        sleepUninterrupted(seconds: 0.05)
        left -= 0.05
      }
    }
  }

  private static func open(_ path: FilePath, _ permissions: FilePermissions) throws -> FileDescriptor {
    do {
      let file = try found(path, permissions)
      var status = stat()
      guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink <= 1
      else {
        try? file.close()
        throw Unusable(reason: "not a plain file of one name")
      }
      return file
    } catch let error as Errno {
      throw Unusable(reason: "\(error)")
    }
  }

  /// Its maker may be about to open it to everyone: a refusal is believed the second time.
  private static func found(_ path: FilePath, _ permissions: FilePermissions) throws -> FileDescriptor {
    do {
      return try existing(path) ?? made(path, permissions)
    } catch let error as Unusable where error.isRefused {
      sleep(seconds: 0.05)
      return try existing(path) ?? made(path, permissions)
    }
  }

  private static func existing(_ path: FilePath) throws -> FileDescriptor? {
    do {
      return try opened(path)
    } catch Errno.noSuchFileOrDirectory {
      return nil
    }
  }

  /// For reading alone where no more is allowed, as on a file system that is mounted so: flock(2) needs no more.
  private static func opened(_ path: FilePath) throws -> FileDescriptor {
    let options: FileDescriptor.OpenOptions = [.closeOnExec, .noFollow, .nonBlocking]
    do {
      return try FileDescriptor.open(path, .readWrite, options: options)
    } catch let error as Errno where refusals.contains(error) {
      do {
        return try FileDescriptor.open(path, .readOnly, options: options)
      } catch let error as Errno where refusals.contains(error) {
        throw Unusable(reason: "\(error)", isRefused: true)
      }
    }
  }

  private static let refusals: Set<Errno> = [.permissionDenied, .notPermitted, .readOnlyFileSystem]

  private static func made(_ path: FilePath, _ permissions: FilePermissions) throws -> FileDescriptor {
    do {
      let file = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
        permissions: permissions)
      // Whatever the umask.
      fchmod(file.rawValue, permissions.rawValue)
      return file
    } catch Errno.fileExists {
      return try opened(path)
    }
  }

  private static func `is`(_ file: FileDescriptor, at path: FilePath) -> Bool {
    var (own, named) = (stat(), stat())
    return fstat(file.rawValue, &own) == 0 && lstat(path.string, &named) == 0
      && own.st_dev == named.st_dev && own.st_ino == named.st_ino
  }

  /// Why it cannot be a lock.
  struct Unusable: Error {
    let reason: String
    /// It is there, and others may hold it, but this process may not open it.
    var isRefused = false
  }

  /// Who has it.
  struct Holder: Error, Equatable {
    /// Nil where no process of that number is to be seen: it may run in a container.
    let process: Int?
    /// Since when, in seconds of Unix time.
    let since: Int

    init(_ file: FileDescriptor) {
      var text = [UInt8](repeating: 0, count: 32)
      let length = text.withUnsafeMutableBytes { (try? file.read(fromAbsoluteOffset: 0, into: $0)) ?? 0 }
      let number = Int32(String(decoding: text.prefix(length), as: UTF8.self))
      process = number.flatMap { $0 > 0 && (kill($0, 0) == 0 || errno == EPERM) ? Int($0) : nil }
      var status = stat()
      since = fstat(file.rawValue, &status) == 0 ? Int(status.st_mtim.tv_sec) : 0
    }
  }
}

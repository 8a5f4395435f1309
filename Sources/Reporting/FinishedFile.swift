import Glibc
import SystemPackage

/// A file that is there whole or as it was before: written under another name, synced, and renamed.
public enum FinishedFile {
  public static func write(_ text: String, to file: FilePath) throws {
    let target = FinishedFile.target(of: file)
    var status = stat()
    if stat(target.string, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      // A device or a pipe is written to: a file in its place is nothing that anybody wants.
      let descriptor = try FileDescriptor.open(target, .writeOnly, options: .closeOnExec)
      _ = try descriptor.closeAfter { try descriptor.writeAll(text.utf8) }
      return
    }
    let temporary = target.removingLastComponent().appending(".\(target.lastComponent?.string ?? "").new")
    do {
      let descriptor = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try descriptor.closeAfter {
        _ = try descriptor.writeAll(text.utf8)
        try sync(descriptor)
      }
      guard rename(temporary.string, target.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlink(temporary.string)
      throw error
    }
  }

  /// Where a link leads, so that the link stays one.
  private static func target(of file: FilePath) -> FilePath {
    guard let resolved = realpath(file.string, nil) else { return file }
    defer { free(resolved) }
    return FilePath(String(cString: resolved))
  }

  static func sync(_ descriptor: FileDescriptor) throws(Errno) {
    // EINVAL and ENOTSUP: a file system that cannot sync has nothing to lose.
    if fsync(descriptor.rawValue) != 0, errno != EINVAL, errno != ENOTSUP {
      throw Errno(rawValue: errno)
    }
  }
}

import Glibc
import SystemPackage

/// The bytes of a file, read at once: a mapped file could be cut short under the reader.
package enum StoredFile {
  package static func exists(_ file: FilePath) -> Bool { access(file.string, F_OK) == 0 }

  /// - Parameter limit: bytes that are read at most; a longer file is refused.
  package static func bytes(_ file: FilePath, limit: Int) throws(ReadFailure) -> [UInt8] {
    let descriptor: FileDescriptor
    do {
      // Without nonBlocking a pipe of that name would wait for its writer for ever.
      descriptor = try FileDescriptor.open(file, .readOnly, options: [.nonBlocking, .closeOnExec])
    } catch {
      throw ReadFailure(file, "cannot be opened: \(error)", remedy: remedy(error))
    }
    defer { try? descriptor.close() }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ReadFailure(file, "is not a regular file", remedy: "name a folder that `splitbench run` wrote")
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw ReadFailure(
        file, "has \(size) bytes, more than the \(limit) that are read", remedy: "leave this run out")
    }
    do {
      // A file that grows meanwhile is read as long as it was, one cut short as far as it goes.
      return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size {
          let read = try descriptor.read(
            into: .init(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
          if read == 0 { break }
          count += read
        }
      }
    } catch {
      throw ReadFailure(file, "cannot be read: \(error)", remedy: "copy the run again")
    }
  }

  /// The bytes of a JSON file.
  ///
  /// - Parameter remedy: what is to be done about one that is no JSON.
  /// - Throws: with line and column then.
  package static func json(_ file: FilePath, limit: Int, remedy: String) throws(ReadFailure) -> [UInt8] {
    let bytes = try bytes(file, limit: limit)
    try JsonScanner.check(bytes, of: file, remedy: remedy)
    return bytes
  }

  static func remedy(_ error: any Error) -> String {
    switch error as? Errno {
    case .permissionDenied: "make it readable, or become its owner"
    case .noSuchFileOrDirectory: "check the path"
    case .tooManySymbolicLinkLevels: "remove the symbolic link that leads to itself"
    default: "check the path and the disk"
    }
  }
}

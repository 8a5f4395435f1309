import SystemPackage

/// A file that is written line by line.
final class TextFile {
  private let path: FilePath
  private let descriptor: FileDescriptor

  /// Takes the place of a file that is there.
  init(_ path: FilePath) throws(FileNotWritten) {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw FileNotWritten(path: path, cause: error)
    }
  }

  func write(_ text: String) throws(FileNotWritten) {
    do {
      try descriptor.writeAll(text.utf8)
    } catch {
      throw FileNotWritten(path: path, cause: error)
    }
  }

  func close() throws(FileNotWritten) {
    do {
      try descriptor.close()
    } catch {
      throw FileNotWritten(path: path, cause: error)
    }
  }
}

struct FileNotWritten: Error, CustomStringConvertible {
  let path: FilePath
  let cause: any Error
  var description: String { "\(path): cannot be written: \(cause); choose another place" }
}

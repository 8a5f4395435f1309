import Glibc
import SystemPackage

/// What makes a folder the same one, whatever path leads to it.
struct FolderIdentity: Hashable {
  private let device: UInt
  private let inode: UInt

  /// - Throws: where there is no folder.
  init(_ path: FilePath) throws(ReadFailure) {
    var status = stat()
    guard stat(path.string, &status) == 0 else {
      let error = Errno(rawValue: errno)
      throw ReadFailure(path, "\(error)", remedy: StoredFile.remedy(error))
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw ReadFailure(path, "is not a folder", remedy: "name a folder that `splitbench run` wrote")
    }
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
  }

  /// The folders in a folder, and the links to folders, by name; those whose names begin with a dot left out.
  static func folders(in path: FilePath) throws(ReadFailure) -> [FilePath] {
    guard let stream = opendir(path.string) else {
      let error = Errno(rawValue: errno)
      throw ReadFailure(path, "cannot be listed: \(error)", remedy: StoredFile.remedy(error))
    }
    defer { closedir(stream) }
    var folders: [FilePath] = []
    while let entry = readdir(stream) {
      // Bytes, not text: names need not be UTF-8.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { FilePath(platformString: $0) }
      }
      guard !name.string.hasPrefix(".") else { continue }
      let child = path.appending(name.components)
      var status = stat()
      if stat(child.string, &status) != 0 {
        // A link to itself is as much of a loop as one to a folder above; a dangling one is nothing to read.
        guard errno == ELOOP else { continue }
        throw ReadFailure(child, "a symbolic link that leads to itself", remedy: "remove the link")
      }
      if status.st_mode & S_IFMT == S_IFDIR { folders.append(child) }
    }
    return folders.sorted { $0.string < $1.string }
  }
}

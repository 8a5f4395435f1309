import Glibc
import SystemPackage

extension FilePath {
  /// The last name of the path without links and dots: that of `.` is the folder's own.
  package var resolvedName: String {
    resolved.lastComponent?.string ?? string
  }

  /// The path without links and dots; as it is where that cannot be found out.
  package var resolved: FilePath {
    guard let real = realpath(string, nil) else { return lexicallyNormalized() }
    defer { free(real) }
    return FilePath(platformString: real)
  }
}

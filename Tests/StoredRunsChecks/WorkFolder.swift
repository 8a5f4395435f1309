import Foundation
import Reporting
import StoredRuns
import SystemPackage

/// A copy of a result folder, one of whose files is something else now. Removed with `remove`.
public struct WorkFolder: Sendable {
  public let path: FilePath
  private let original: FilePath

  public init(copyOf original: FilePath) throws {
    self.original = original
    path = WorkFolder.unused()
    try FileManager.default.copyItem(atPath: original.string, toPath: path.string)
  }

  /// Where nothing is yet, in memory if it can be: fuzzers write much.
  public static func unused() -> FilePath {
    let parent = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    return FilePath(parent).appending("splitbench-\(UUID().uuidString)")
  }

  public func remove() { try? FileManager.default.removeItem(atPath: path.string) }

  public func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path.appending(name).string))
  }

  /// Puts a file back.
  public func restore(_ name: String) throws { try write(name, Self.bytes(original.appending(name))) }

  public static func bytes(_ file: FilePath) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: file.string)))
  }
}

import Foundation
import SystemPackage

/// A folder for one test, removed afterwards.
public func withTemporaryFolder<R>(_ body: (FilePath) async throws -> R) async throws -> R {
  let url = FileManager.default.temporaryDirectory.appending(path: "splitbench-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try await body(FilePath(url.path()))
}

/// Names in a folder.
public func names(in folder: FilePath) -> [String] {
  ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted()
}

/// Paths of what is in a folder, and in those in it.
public func files(below folder: FilePath) -> [String] {
  ((FileManager.default.enumerator(atPath: folder.string)?.allObjects as? [String]) ?? []).sorted()
}

/// The text of a file.
public func text(_ path: FilePath) throws -> String {
  try String(contentsOf: URL(filePath: path.string), encoding: .utf8)
}

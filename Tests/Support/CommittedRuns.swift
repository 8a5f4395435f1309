import Foundation
import SystemPackage

/// Runs that are part of the repository. Whoever measures leaves others in `results`, complete or not; beside committed ones lies
/// their machine's comparison.
public enum CommittedRuns {
  public static let results = Repository.root.appending("results")

  /// Names of folders in `results`.
  public static let machines = names(in: results).filter {
    FileManager.default.fileExists(atPath: results.appending($0).appending("comparison.md").string)
  }

  /// Paths below `results`.
  public static let paths = machines.flatMap { machine in
    names(in: results.appending(machine)).map { "\(machine)/\($0)" }
  }.filter {
    FileManager.default.fileExists(
      atPath: results.appending(FilePath($0).components).appending("run.json").string)
  }

  public static let folders = paths.map { results.appending(FilePath($0).components) }
}

import SystemPackage
import TestSupport

extension Repository {
  /// The documents that people read, by their path from the root.
  static var documents: [String] {
    let folders = [
      "", "docs", "results", "fleet/ansible", "fleet/slurm", "Tests/EmulatedMachine", "Tests/Fleet",
    ]
    return folders.flatMap { folder in
      names(in: root.appending(folder)).filter { $0.hasSuffix(".md") }.map {
        folder.isEmpty ? $0 : "\(folder)/\($0)"
      }
    } + articles
  }

  /// Pages of the documentation catalogues.
  private static var articles: [String] {
    names(in: root.appending("Sources")).flatMap { module in
      names(in: root.appending("Sources/\(module)/\(module).docc")).map {
        "Sources/\(module)/\(module).docc/\($0)"
      }
    }
  }
}

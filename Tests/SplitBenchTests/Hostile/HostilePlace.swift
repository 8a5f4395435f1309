import Foundation
import SystemPackage
import TestSupport
import Testing

/// A small run of the built binary where something is in its way, and what it left.
struct HostilePlace {
  /// What stands before the binary on the command line, such as `unshare`; its program first.
  var wrapper: [String] = []

  static let scripts = Repository.root.appending("Tests/Hostile")

  /// One of `Tests/Hostile`.
  init(script: String, _ words: String...) {
    wrapper = ["python3", HostilePlace.scripts.appending(script).string] + words
  }

  /// A shell that does something first, in a mount namespace of its own.
  init(mounting script: String) {
    wrapper = ["unshare", "--mount", "/bin/sh", "-c", "\(script) || exit 77; exec \"$@\"", "sh"]
  }

  /// A mount over the folder in a namespace of its own; what lies there in the end is copied to the folder beneath.
  init(mounting mount: String, over folder: FilePath) {
    let script = """
      exec 9<'\(folder)'; mount \(mount) none '\(folder)' || exit 77
      "$@" 9<&-; code=$?; cp -a '\(folder)/.' /proc/self/fd/9/ || exit 78; exit $code
      """
    wrapper = ["unshare", "--mount", "/bin/sh", "-c", script, "sh"]
  }

  init() {}

  static func canMount() async throws -> Bool {
    try await HostilePlace(mounting: "mount -t tmpfs none /mnt").command(["--version"]).code == 0
  }

  /// About a millisecond of locked time.
  static let cell =
    SplitLocks.areHarmless
    ? ["--instruction", "add", "--width", "8", "--budget", "0.003"]
    : ["--instruction", "add", "--placement", "aligned"]

  struct Left {
    var result: Tool.Result
    /// Of the run's folder; nil where there is none.
    var record: [String: Any]?
    var folder: FilePath?

    /// Texts of the warnings by their ids.
    var warnings: [String: String] {
      let all = record?["warnings"] as? [[String: Any]] ?? []
      return Dictionary(uniqueKeysWithValues: all.map { ($0["id"] as! String, $0["text"] as! String) })
    }

    func rows(_ table: String) throws -> [[String: String]] {
      try CsvLine.rows(try text(try #require(folder).appending("\(table).csv")))
    }
  }

  func command(_ arguments: [String]) async throws -> Tool.Result {
    try await Tool.run(wrapper + [Tool.path.string] + arguments, program: "/usr/bin/env")
  }

  /// Runs `cost`, or what the arguments say, and expects nothing to be left but a folder, or none.
  func run(
    _ arguments: [String] = ["--only", "cost", "--rounds", "2", "--quiet"] + HostilePlace.cell,
    in parent: FilePath, orders: (([String]) -> [String])? = nil
  ) async throws -> Left {
    let before = names(in: "/run/splitbench")
    let words =
      wrapper + [Tool.path.string, "run", "--plan", "quick", "--if-busy", "wait", "--out", parent.string]
      + arguments
    let result = try await Tool.run(orders?(words) ?? words, program: "/usr/bin/env")
    #expect(HostilePlace.processes(naming: parent.string).isEmpty, "no process is left")
    #expect(names(in: "/run/splitbench") == before, "no journal is left")
    guard let run = names(in: parent).first else { return Left(result: result) }
    let folder = parent.appending(run)
    let hidden = try FileManager.default.contentsOfDirectory(atPath: folder.string)
    #expect(!hidden.contains { $0.hasPrefix(".") }, "no temporary file is left")
    return Left(
      result: result, record: try jsonObject(try text(folder.appending("run.json"))), folder: folder)
  }

  /// Processes that have the text on their command line.
  static func processes(naming text: String) -> [Int] {
    names(in: "/proc").compactMap { Int($0) }.filter { process in
      guard process != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
      else {
        return false
      }
      return String(decoding: line, as: UTF8.self).contains(text)
    }
  }
}

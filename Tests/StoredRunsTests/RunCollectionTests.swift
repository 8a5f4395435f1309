import Foundation
import StoredRuns
import StoredRunsChecks
import SystemPackage
import TestSupport
import Testing

@Suite struct RunCollectionTests {
  private let files = FileManager.default

  /// A run in a folder, started at that second, so that it is no copy of another.
  private func put(_ name: String, in folder: FilePath, second: Int, instance: String? = nil) throws {
    try files.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    let copy = try WorkFolder(copyOf: SmallRun.path)
    defer { copy.remove() }
    var text = String(decoding: try WorkFolder.bytes(SmallRun.path.appending("run.json")), as: UTF8.self)
    if let instance {
      let host = #""host":{"group":"g","instance":"\#(instance)","instance_source":"machine-id","boot":"b"},"#
      text.insert(contentsOf: host, at: text.index(after: text.firstIndex(of: "{")!))
    }
    let started = try StoredRun(SmallRun.path).record.startedUtc
    try copy.write("run.json", Array(text.replacing(started, with: "2026-01-01T00:00:0\(second)Z").utf8))
    try files.copyItem(atPath: copy.path.string, toPath: folder.appending(name).string)
  }

  private func refusal(_ paths: FilePath...) throws -> ReadFailure {
    try #require(throws: ReadFailure.self) { try RunCollection.find(paths) }
  }

  @Test func runsAreFoundByMachine() async throws {
    try await withTemporaryFolder { folder in
      try put("b", in: folder.appending("one"), second: 1)
      try put("a", in: folder.appending("one"), second: 2)
      try put("c", in: folder.appending("two"), second: 3)
      try "x".write(toFile: folder.appending("README.md").string, atomically: false, encoding: .utf8)
      try put(".hidden", in: folder, second: 4)
      let found = try RunCollection.find([folder])
      #expect(found.groups.map(\.machine) == ["one", "two"])
      #expect(found.runs.map(\.name) == ["a", "b", "c"])
      let run = folder.appending("one").appending("a")
      #expect(try RunCollection.find([run]).groups.map(\.machine) == ["one"])
      #expect(try RunCollection.find([run, folder, run]).runs.count == 3, "once each")
    }
  }

  @Test func aPathFurtherDownReachesFurther() async throws {
    try await withTemporaryFolder { folder in
      let deep = folder.appending("1/2/3/4")
      try put("a", in: deep, second: 1)
      try put("b", in: folder.appending("1"), second: 2)
      #expect(try RunCollection.find([folder]).runs.map(\.name) == ["b"], "four folders down at most")
      #expect(try RunCollection.find([folder, deep]).runs.map(\.name) == ["b", "a"])
      #expect(symlink("1/2/3/4", folder.appending("short").string) == 0)
      #expect(try RunCollection.find([folder]).runs.map(\.name) == ["b", "a"])
    }
  }

  @Test func aRunIsNamedByItsFolderHoweverItIsReached() async throws {
    try await withTemporaryFolder { folder in
      try put("a", in: folder.appending("one"), second: 1)
      let run = try StoredRun(
        folder.appending("one").appending("a").appending("..").appending("a").appending("."))
      #expect(run.name == "a")
    }
  }

  @Test func linksAreFollowedButNotInCircles() async throws {
    try await withTemporaryFolder { folder in
      try put("a", in: folder.appending("one"), second: 1)
      #expect(symlink("one", folder.appending("same").string) == 0)
      #expect(symlink("nowhere", folder.appending("dangling").string) == 0)
      #expect(try RunCollection.find([folder]).runs.map(\.name) == ["a"])
      let deep = folder.appending("one").appending("up")
      #expect(symlink("..", deep.string) == 0)
      #expect(
        try refusal(folder).description
          == "\(deep): a symbolic link leads back to a folder above it; remove the link")
      unlink(deep.string)
      #expect(symlink("itself", folder.appending("itself").string) == 0)
      #expect(try refusal(folder).what == "a symbolic link that leads to itself")
      #expect(try refusal(folder.appending("itself")).remedy.contains("link"))
    }
  }

  @Test func whereThereIsNothingToReadItIsSaid() async throws {
    try await withTemporaryFolder { folder in
      #expect(try refusal(folder).description.hasPrefix("\(folder): no run in it"))
      #expect(try refusal(folder.appending("missing")).description.contains("No such file"))
      let file = folder.appending("file")
      try "x".write(toFile: file.string, atomically: false, encoding: .utf8)
      #expect(try refusal(file).what == "is not a folder")
      try put("a", in: folder.appending("one"), second: 1)
      let empty = folder.appending("none")
      try files.createDirectory(atPath: empty.string, withIntermediateDirectories: true)
      #expect(try RunCollection.find([folder]).runs.count == 1)
      #expect(try refusal(folder, empty).file == empty)
      unlink(folder.appending("one").appending("a").appending("run.json").string)
      #expect(try refusal(folder).what.contains("no run.json"))
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func aFolderThatMayNotBeReadIsSaid() async throws {
    try await withTemporaryFolder { folder in
      let closed = folder.appending("closed")
      try files.createDirectory(atPath: closed.string, withIntermediateDirectories: true)
      chmod(closed.string, 0)
      defer { chmod(closed.string, 0o700) }
      #expect(try refusal(folder).description.contains("make it readable"))
    }
  }

  /// A playbook starts equal machines in one second, with one seed: their runs have one name.
  @Test func equalMachinesMayBeginInOneSecond() async throws {
    try await withTemporaryFolder { folder in
      for machine in ["one", "two"] {
        try put("a", in: folder.appending(machine), second: 1, instance: machine)
      }
      #expect(try RunCollection.find([folder]).runs.count == 2)
      try put("a", in: folder.appending("copy"), second: 1, instance: "one")
      #expect(try refusal(folder).what == "the same run as \(folder)/copy/a")
    }
  }

  @Test func halfMadeRunsSpoilNoTree() async throws {
    try await withTemporaryFolder { folder in
      let tree = folder.appending("one")
      for (second, name) in ["a", "b", "begun", "cut"].enumerated() {
        try put(name, in: tree, second: second)
      }
      unlink(tree.appending("begun").appending("run.json").string)
      truncate(tree.appending("cut").appending("run.json").string, 100)
      #expect(try refusal(folder).file == tree.appending("begun"))

      var found = try RunCollection.find([folder], passingOver: true)
      #expect(found.runs.map(\.name) == ["a", "b"])
      #expect(
        found.unread.map(\.file) == [tree.appending("begun"), tree.appending("cut").appending("run.json")])
      // Tables are read later.
      let table = tree.appending("a").appending("cost.csv")
      truncate(table.string, 0)
      let names = try found.reading { found in
        for run in found.runs { _ = try run.table("cost") }
        return found.runs.map(\.name)
      }
      #expect(names == ["b"] && found.unread.last?.file == table)

      for name in ["begun", "cut"] {
        #expect(throws: ReadFailure.self, "named by itself") {
          try RunCollection.find([folder, tree.appending(name)], passingOver: true)
        }
      }
      var alone = try RunCollection.find([tree.appending("a"), tree.appending("b")], passingOver: true)
      #expect(throws: ReadFailure.self, "named by itself") {
        try alone.reading { for run in $0.runs { _ = try run.table("cost") } }
      }
    }
  }

  @Test func aTreeOfHalfMadeRunsIsRefused() async throws {
    try await withTemporaryFolder { folder in
      try put("a", in: folder, second: 1)
      unlink(folder.appending("a").appending("run.json").string)
      let failure = try #require(throws: ReadFailure.self) {
        try RunCollection.find([folder], passingOver: true)
      }
      #expect(failure.what.contains("no run.json"))
    }
  }

  @Test func aCopyIsNoRepetition() async throws {
    try await withTemporaryFolder { folder in
      try put("a", in: folder.appending("one"), second: 1)
      try put("b", in: folder.appending("one"), second: 1)
      #expect(try refusal(folder).what == "the same run as \(folder)/one/a")
    }
  }
}

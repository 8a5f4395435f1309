import Foundation
import LockKernels
import Machine
import SystemPackage
import Testing

@testable import Measurement
@testable import Reporting

@Suite struct RunFolderTests {
  private func withParent(_ body: (FilePath) throws -> Void) throws {
    let parent = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: parent) }
    try body(FilePath(parent.path()))
  }

  private func list(_ folder: FilePath) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted()
  }

  private func text(_ path: FilePath) throws -> String {
    try String(contentsOfFile: path.string, encoding: .utf8)
  }

  private static func record(_ run: String) throws -> RunRecord {
    RunRecord(
      toolVersion: "0", run: run, label: nil, startedUtc: "2026-01-01T00:00:00Z",
      parameters: .init(
        plan: Plan(.quick), experiments: [.cost], cpus: [0], otherCpus: [], request: CellRequest(), seed: 1,
        cells: 0),
      machine: try MachineReport.ofThisMachine(watchMs: 0), skipped: [])
  }

  private func group(_ round: Int, samples: Int) -> Group {
    var group = Group(round: round, sequence: round)
    group.samples = (0..<samples).map { _ in
      Sample(shortOperations: 16, shortTicks: 100, longOperations: 48, longTicks: 300)
    }
    group.singles = [42]
    group.disturbances = [.gap, .frequency]
    return group
  }

  @Test func parentsAreMade() throws {
    try withParent { parent in
      let folder = try RunFolder.create(
        in: parent.appending("a").appending("b"), named: "run", experiments: [.cost], relationSource: "hwloc")
      #expect(list(folder.path) == ["datapackage.json", "samples.csv"])
    }
  }

  @Test func theSameNameTwiceGetsANumber() throws {
    try withParent { parent in
      let runs = try (0..<3).map { _ in
        try RunFolder.create(in: parent, named: "run", experiments: [.cost], relationSource: "hwloc").run
      }
      #expect(runs == ["run", "run-2", "run-3"])
    }
  }

  @Test func samplesAreAppendedByTheRound() throws {
    try withParent { parent in
      var folder = try RunFolder.create(
        in: parent, named: "run", experiments: [.cost], relationSource: "hwloc")
      try folder.append([(cell: 4, group: group(0, samples: 2))])
      try folder.append([(cell: 4, group: group(1, samples: 1))])
      let lines = try text(folder.path.appending("samples.csv")).split(separator: "\n")
      #expect(lines.count == 1 + 3 + 2)
      #expect(lines[1] == "4,0,0,slope,16,100,48,300,1,frequency;gap")
      #expect(lines[3] == "4,0,0,single,,,1,42,1,frequency;gap")
    }
  }

  @Test func discardingLeavesNothing() throws {
    try withParent { parent in
      let folder = try RunFolder.create(
        in: parent, named: "run", experiments: [.cost], relationSource: "hwloc")
      try folder.write(Self.record(folder.run), RunResults())
      folder.discard()
      #expect(list(parent) == [])
    }
  }

  @Test func noTemporaryFileStays() throws {
    try withParent { parent in
      let folder = try RunFolder.create(
        in: parent, named: "run", experiments: [.cost], relationSource: "hwloc")
      try folder.write(Self.record(folder.run), RunResults())
      try folder.write(Self.record(folder.run), RunResults())
      #expect(list(folder.path) == ["cost.csv", "datapackage.json", "run.json", "samples.csv", "summary.md"])
    }
  }

  @Test func aFileInTheWayIsSaid() throws {
    try withParent { parent in
      try FileManager.default.createDirectory(atPath: parent.string, withIntermediateDirectories: true)
      let file = parent.appending("file")
      try "x".write(toFile: file.string, atomically: false, encoding: .utf8)
      let error = #expect(throws: RunFolder.Failure.self) {
        try RunFolder.create(in: file, named: "run", experiments: [.cost], relationSource: "hwloc")
      }
      #expect(error?.description.contains("\(file)") == true && error?.description.contains("--out") == true)
    }
  }

  @Test func dataPackageNamesEveryColumnInOrder() throws {
    try withParent { parent in
      let folder = try RunFolder.create(
        in: parent, named: "run", experiments: [.cost], relationSource: "hwloc")
      try folder.write(Self.record(folder.run), RunResults())
      let package = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: folder.path.appending("datapackage.json").string)))
      let resources = (package as? [String: Any])?["resources"] as? [[String: Any]] ?? []
      #expect(resources.count == 2)
      for resource in resources {
        let fields = (resource["schema"] as? [String: Any])?["fields"] as? [[String: String]] ?? []
        let path = folder.path.appending(resource["path"] as? String ?? "")
        let header = try text(path).split(separator: "\n")[0]
        #expect(fields.compactMap { $0["name"] }.joined(separator: ",") == header)
        #expect(fields.allSatisfy { $0["description"]?.isEmpty == false && $0["type"] != nil })
      }
    }
  }
}

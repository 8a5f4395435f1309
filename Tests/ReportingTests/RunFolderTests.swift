import Foundation
import LockKernels
import Machine
import SystemPackage
import TestSupport
import Testing

@testable import Measurement
@testable import Reporting

@Suite struct RunFolderTests {
  struct Change: Sendable {
    var name: String
    var change: @Sendable (inout RunRecord.Settings) -> Void
    /// What is said of it; empty where it does not count.
    var words: [String]
  }

  @Test(arguments: [
    Change(name: "nothing", change: { _ in }, words: []),
    Change(
      name: "sysctl", change: { $0.mitigates = false }, words: ["kernel.split_lock_mitigate is 0, was 1"]),
    Change(
      name: "our bit", change: { $0.registers[1].memoryControl = 0 },
      words: ["MSR 0x33 of CPU 1 is 0x0, was 0x20000000"]),
    Change(
      name: "another bit of it", change: { $0.registers[0].memoryControl = 1 << 29 | 1 },
      words: ["MSR 0x33 of CPU 0, but for bit 29, is 0x20000001, was 0x20000000"]),
    Change(name: "perf's bit", change: { $0.registers[0].debugControl = 1 }, words: []),
    Change(
      name: "bus locks", change: { $0.registers[0].debugControl = 4 },
      words: ["bit 2 of IA32_DEBUGCTL of CPU 0 is set, was clear"]),
    Change(
      name: "unreadable", change: { $0.registers[0].memoryControl = nil },
      words: ["MSR 0x33 of CPU 0 is unreadable, was 0x20000000"]),
    Change(name: "offline", change: { $0.registers.removeLast() }, words: ["CPU 1 is gone"]),
  ])
  func whatDiffersAtTheEndIsNamed(_ expected: Change) throws {
    var before = RunRecord.Settings(try MachineReport.ofThisMachine(watchMs: 0))
    before.mitigates = true
    before.registers = (0..<2).map { cpu in
      var registers = DetectionRegisters(
        cpu: cpu, files: FileTree(root: "/nowhere"), detectionSupported: true)
      registers.memoryControl = 1 << 29
      registers.debugControl = 0
      return registers
    }
    var after = before
    expected.change(&after)
    #expect(after.differences(from: before) == expected.words, "\(expected.name)")
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

  @Test func parentsAreMade() async throws {
    try await withTemporaryFolder { parent in
      let folder = try RunFolder.create(
        in: parent.appending("a").appending("b"), named: "run", experiments: [.cost], relationSource: "hwloc")
      #expect(names(in: folder.path) == ["datapackage.json", "samples.csv"])
    }
  }

  @Test func theSameNameTwiceGetsANumber() async throws {
    try await withTemporaryFolder { parent in
      let runs = try (0..<3).map { _ in
        try RunFolder.create(in: parent, named: "run", experiments: [.cost], relationSource: "hwloc").run
      }
      #expect(runs == ["run", "run-2", "run-3"])
    }
  }

  @Test func samplesAreAppendedByTheRound() async throws {
    try await withTemporaryFolder { parent in
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

  @Test func discardingLeavesNothing() async throws {
    try await withTemporaryFolder { parent in
      let folder = try RunFolder.create(
        in: parent, named: "run", experiments: [.cost], relationSource: "hwloc")
      try folder.write(.empty(run: folder.run), RunResults())
      folder.discard()
      #expect(names(in: parent) == [])
    }
  }

  @Test func noTemporaryFileStays() async throws {
    try await withTemporaryFolder { parent in
      let folder = try RunFolder.create(
        in: parent, named: "run", experiments: [.cost], relationSource: "hwloc")
      try folder.write(.empty(run: folder.run), RunResults())
      try folder.write(.empty(run: folder.run), RunResults())
      #expect(
        names(in: folder.path) == ["cost.csv", "datapackage.json", "run.json", "samples.csv", "summary.md"])
    }
  }

  @Test func aFileInTheWayIsSaid() async throws {
    try await withTemporaryFolder { parent in
      let file = parent.appending("file")
      try "x".write(toFile: file.string, atomically: false, encoding: .utf8)
      let error = #expect(throws: RunFolder.Failure.self) {
        try RunFolder.create(in: file, named: "run", experiments: [.cost], relationSource: "hwloc")
      }
      #expect(error?.description.contains("\(file)") == true && error?.description.contains("--out") == true)
    }
  }

  @Test func dataPackageNamesEveryColumnInOrder() async throws {
    try await withTemporaryFolder { parent in
      let folder = try RunFolder.create(
        in: parent, named: "run", experiments: [.cost], relationSource: "hwloc")
      try folder.write(.empty(run: folder.run), RunResults())
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

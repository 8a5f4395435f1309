import Foundation
import SystemPackage
import TestSupport
import Testing

/// Machines that were apart are so in the copies.
@Suite struct AnonymousMachinesTests {
  /// One machine-id, in two boots at a time.
  @Test func clonesStayApart() async throws {
    try await withTemporaryFolder { folder in
      for number in 1...4 {
        var run = BuiltRun(number: number)
        run.record = {
          $0["ended_utc"] = "2026-01-01T100009Z"
          $0["host"] = [
            "group": "g", "instance": "0badc0ffee11", "instance_source": "machine-id",
            "boot": "b\(number % 2)",
          ]
        }
        try run.write(in: folder.appending("src"))
      }
      let out = folder.appending("out")
      let result = try await Tool.run("anonymise", folder.appending("src").string, "--out", out.string)
      #expect(result.code == 0, "\(result.errors)")
      #expect(names(in: out).map { names(in: out.appending($0)).count } == [2, 2])
      let page = try await Tool.run("report", out.string, "--fleet", "--markdown")
      #expect(page.output.contains("4 runs of 2 machines"), "\(page.errors)")
    }
  }

  @Test func machinesStayApart() async throws {
    try await withTemporaryFolder { folder in
      for (number, instance) in [(3, "aaaa0badc0ff"), (4, "aaaa0badc0ff"), (5, "bbbb0badc0ff")] {
        _ = try PlantedRun.write(in: folder, number, instance: instance)
        // Told apart by the host's name otherwise.
      }
      for path in files(below: folder.appending("src")).filter({ $0.hasSuffix("run.json") }) {
        let file = folder.appending("src").appending(FilePath(path).components).string
        let content = try String(contentsOfFile: file, encoding: .utf8)
        try content.replacing("\"name\":\"node7.corp.example\",", with: "")
          .replacing(",\"name\":\"node7.corp.example\"", with: "")
          .write(toFile: file, atomically: true, encoding: .utf8)
      }
      let out = folder.appending("out")
      let result = try await Tool.run("anonymise", folder.appending("src").string, "--out", out.string)
      #expect(result.code == 0, "\(result.errors)")
      #expect(names(in: out).map { $0.hasSuffix("-machine1") || $0.hasSuffix("-machine2") } == [true, true])
      #expect(names(in: out).map { names(in: out.appending($0)).count }.sorted() == [1, 2])
    }
  }
}

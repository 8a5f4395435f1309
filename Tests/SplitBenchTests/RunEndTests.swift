import Foundation
import SystemPackage
import TestSupport
import Testing

/// Runs that do not get to their end: signals, a full disk, no rights.
@Suite(.serialized) struct RunEndTests {
  @Test(arguments: ["INT", "TERM"])
  func aSignalKeepsAValidPartialFolder(signal: String) async throws {
    try await withTemporaryFolder { folder in
      // Long enough for a round. A parent may have left SIGINT ignored, which the tool would respect: env undoes it.
      let arguments = [
        "--default-signal=\(signal)", "timeout", "--foreground", "--preserve-status", "--signal=\(signal)",
        "4", Tool.path.string, "run", "--only", "cost,trap", "--placement", "aligned", "--rounds", "10000",
        "--quiet", "--if-busy", "wait", "--out", folder.string,
      ]
      var result = try await Tool.run(arguments, program: "/usr/bin/env")
      // What waited for another's run had not begun.
      for _ in 0..<5 where result.code == 130 && names(in: folder).isEmpty {
        result = try await Tool.run(arguments, program: "/usr/bin/env")
      }
      #expect(result.code == 130, "\(result.errors)")
      let run = try BriefRun.only(in: folder)
      let record = try BriefRun.record(run)
      #expect(record["complete"] as? Bool == false && record["end"] as? String == "interrupted")
      #expect(try BriefRun.rows(run.appending("cost.csv")).count > 10)
      #expect(
        names(in: run) == [
          "cost.csv", "datapackage.json", "run.json", "samples.csv", "summary.md", "trap.csv",
        ])
      let notReached = "the run ended before anything of it was measured"
      let skipped = try #require(record["skipped"] as? [[String: String]])
      #expect(skipped.contains(["what": "trap", "reason": notReached]))
      #expect(try text(run.appending("summary.md")).contains("skipped: trap: \(notReached)"))
    }
  }

  /// The first run is whole, the others never begin.
  @Test func anInterruptBetweenRunsEndsThemAll() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        [
          "--default-signal=INT", "timeout", "--foreground", "--preserve-status", "--signal=INT", "6",
          Tool.path.string,
        ] + BriefRun.aligned + ["--repeat", "5", "--pause", "600", "--out", folder.string],
        program: "/usr/bin/env")
      #expect(result.code == 130, "\(result.errors)")
      #expect(try BriefRun.record(try BriefRun.only(in: folder))["complete"] as? Bool == true)
    }
  }

  @Test(.enabled(if: getuid() == 0, "becoming another user needs root"))
  func anUnwritableFolderAndNoRightsAreSaid() async throws {
    let copy = FilePath("/tmp/splitbench-\(UUID().uuidString)")
    try FileManager.default.copyItem(atPath: Tool.path.string, toPath: copy.string)
    defer { try? FileManager.default.removeItem(atPath: copy.string) }
    let refused = try await Tool.run(
      ["--reuid=65534", "--regid=65534", "--clear-groups", copy.string] + BriefRun.aligned + [
        "--out", "/root/x",
      ],
      program: "/usr/bin/setpriv")
    #expect(refused.code == 2 && refused.errors.contains("cannot write /root"), "\(refused.errors)")
    let doctor = try await Tool.run(
      "--reuid=65534", "--regid=65534", "--clear-groups", copy.string, "doctor", program: "/usr/bin/setpriv")
    #expect(doctor.code == 0 && doctor.output.contains("not root"), "\(doctor.errors)")
  }
}

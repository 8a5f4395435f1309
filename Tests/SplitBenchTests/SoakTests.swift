import Foundation
import SystemPackage
import TestSupport
import Testing

/// `make soak` takes an hour and a half and is not a test; that it still fits the program is one.
@Suite struct SoakTests {
  private static let python = ProcessInfo.processInfo.environment["SPLITBENCH_PYTHON"]

  @Test(
    .enabled(
      if: SplitLocks.areHarmless && python != nil, "Linux would delay or kill split locks, or no Python"))
  func itsFirstRunsEndWithoutAFault() async throws {
    try await withTemporaryFolder { folder in
      let report = folder.appending("report.md")
      let result = try await Tool.run(
        "-B", Repository.root.appending("soak/soak.py").string, "--binary", Tool.path.string, "--seed", "1",
        "--native", "3", "--emulated", "0", "--fuzz", "0", "--report", report.string,
        program: FilePath(Self.python!))
      #expect(result.code == 0, "\(result.errors)")
      let said = try text(report)
      #expect(said.contains("\n3 of 3 runs. ") && said.contains("\n- faults: 0\n"), "\(said)")
    }
  }
}

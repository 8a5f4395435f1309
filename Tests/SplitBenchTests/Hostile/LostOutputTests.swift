import Foundation
import SystemPackage
import TestSupport
import Testing

/// Standard output, or the disk, takes nothing.
@Suite(.serialized) struct LostOutputTests {
  /// What is measured is kept; 2 says that nobody got the table.
  @Test(arguments: [">&-", ">/dev/full", "<&- >&- 2>&-", "2>&- | true"])
  func theFolderIsWhole(redirection: String) async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace().run(in: folder) { words in
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        return ["bash", "-c", "\(quoted) \(redirection); exit ${PIPESTATUS[0]}"]
      }
      #expect(left.result.code == 2, "\(left.result.errors)")
      #expect(left.record?["complete"] as? Bool == true)
      // A descriptor that was closed must not be that of a file of ours, for messages to land in.
      #expect(try left.rows("samples").count > 10 && left.rows("cost").count > 3)
    }
  }

  @Test(.enabled("a mount namespace is refused here", HostilePlace.canMount))
  func aReadOnlyDiskIsSaidBeforeAnythingIsMeasured() async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace(mounting: "-t tmpfs -o ro", over: folder).run(in: folder)
      #expect(left.result.code == 2 && left.folder == nil)
      #expect(left.result.output.isEmpty, "no table")
      #expect(left.result.errors.contains("Read-only file system") && left.result.errors.contains("--out"))
    }
  }

  /// 8 KiB do not hold a folder, 256 KiB hold one and a round or two, not a run.
  @Test(.enabled("a mount namespace is refused here", HostilePlace.canMount), arguments: ["8k", "256k"])
  func aDiskThatFillsIsSaid(size: String) async throws {
    try await withTemporaryFolder { folder in
      let left = try await HostilePlace(mounting: "-t tmpfs -o size=\(size)", over: folder).run(
        ["--plan", "standard", "--placement", "aligned", "--rounds", "400", "--quiet"], in: folder)
      #expect(left.result.code == 2, "\(left.result.errors)")
      #expect(
        left.result.errors.contains("error: cannot write") && left.result.errors.contains("free some space"))
      guard size == "256k" else {
        #expect(left.folder == nil, "what cannot be is not begun")
        return
      }
      #expect(left.record?["complete"] as? Bool == false)
      let samples = try text(try #require(left.folder).appending("samples.csv"))
      let rows = try left.rows("samples")
      #expect(samples.hasSuffix("\n") && rows.count > 10, "no sample is cut short")
    }
  }
}

import Foundation
import SystemPackage
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

  @Test(.enabled(if: getuid() == 0, "mounting needs root"))
  func aReadOnlyDiskIsSaidBeforeAnythingIsMeasured() async throws {
    try await withTemporaryFolder { folder in
      let place = HostilePlace(mounting: "mount -t tmpfs -o ro none '\(folder)'")
      let left = try await place.run(in: folder)
      guard left.result.code != 77, !left.result.errors.contains("unshare failed") else { return }
      #expect(left.result.code == 2 && left.folder == nil)
      #expect(left.result.errors.contains("Read-only file system") && left.result.errors.contains("--out"))
    }
  }
}

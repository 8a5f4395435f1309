import Foundation
import SystemPackage
import TestSupport
import Testing

/// A user without any rights beside those on the folder.
@Suite(.serialized, .enabled(if: getuid() == 0, "becoming another user needs root")) struct NoRootTests {
  private static let nobody: uid_t = 65_534

  @Test func whoIsNotRootMeasuresAllTheSame() async throws {
    // A checkout below /root is not that user's to read.
    let binary = FilePath("/tmp/splitbench-\(UUID().uuidString)")
    try FileManager.default.copyItem(atPath: Tool.path.string, toPath: binary.string)
    defer { try? FileManager.default.removeItem(atPath: binary.string) }
    var place = HostilePlace()
    place.wrapper = [
      "setpriv", "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups", "--inh-caps=-all",
    ]
    try await withTemporaryFolder { folder in
      try #require(chown(folder.string, Self.nobody, Self.nobody) == 0)
      let left = try await place.run(in: folder) { words in
        words.map { $0 == Tool.path.string ? binary.string : $0 }
      }
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      #expect(left.record?["complete"] as? Bool == true)
      let machine = left.record?["machine"] as? [String: Any]
      let permissions = try #require(machine?["permissions"] as? [String: Any])
      #expect(permissions["is_root"] as? Bool == false)
      #expect(try left.rows("cost").contains { $0["median_ns"] != "" })
      #expect(try left.rows("samples").count > 10)
      #expect(HostilePlace.processes(naming: binary.string).isEmpty)
    }
  }
}

import Foundation
import StoredRunsChecks
import SystemPackage
import Testing

/// What a fuzzer starts from, and what it found.
@Suite struct CorpusTests {
  private static let corpus = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("fuzz").appending("Corpus")

  @Test func everyInputIsReadAsThePlainReaderReadsIt() throws {
    let input = try FuzzInput(replacingFilesOf: SmallRun.path)
    defer { input.remove() }
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.string)
    #expect(names.count > 30)
    for name in names {
      let fault = try input.fault(in: WorkFolder.bytes(Self.corpus.appending(name)))
      #expect(fault == nil, "\(name)")
    }
  }
}

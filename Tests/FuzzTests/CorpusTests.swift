import Foundation
import FuzzChecks
import TestSupport
import Testing

/// What fuzzers start from, and what they found.
@Suite struct CorpusTests {
  private static let corpus = URL(filePath: Repository.root.appending("fuzz/Corpus").string)

  @Test(arguments: FuzzTarget.allCases)
  func everyInputIsReadAsItHasToBe(_ target: FuzzTarget) throws {
    let input = try target.input()
    defer { input.remove() }
    let folder = Self.corpus.appending(path: target.rawValue)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(files.count > 4)
    for file in files {
      let fault = try input.fault(in: Array(Data(contentsOf: file)))
      #expect(fault == nil, "\(file.lastPathComponent)")
    }
  }
}

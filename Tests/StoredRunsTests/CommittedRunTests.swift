import Foundation
import StoredRuns
import SystemPackage
import Testing

/// Runs that are committed are read by every later SplitBench.
@Suite struct CommittedRunTests {
  static let results = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("results")

  @Test func allAreRead() throws {
    let collection = try RunCollection.find([Self.results])
    #expect(!collection.runs.isEmpty)
    for run in collection.runs {
      #expect(run.isComplete && run.record.run == run.name)
      for name in ["cost", "samples", "pingpong", "bystander", "slices", "scaling", "trap"]
      where run.has(name) {
        let table = try run.table(name)
        #expect(table.rowCount > 0, "\(name)")
      }
    }
  }
}

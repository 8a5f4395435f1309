import Foundation
import StoredRuns
import StoredRunsChecks
import SystemPackage
import TestSupport
import Testing

/// Runs that are committed are read by every later SplitBench.
@Suite struct CommittedRunTests {
  @Test func allAreRead() throws {
    let collection = try RunCollection.find(CommittedRuns.folders)
    #expect(!collection.runs.isEmpty)
    for run in collection.runs {
      #expect(run.isComplete && run.record.run == run.name)
      let input = try StoredRunInput(replacingFilesOf: run.path)
      defer { input.remove() }
      #expect(try input.fault(in: WorkFolder.bytes(run.path.appending("run.json"))) == nil, "no key is lost")
      for name in ["cost", "samples", "pingpong", "bystander", "slices", "scaling", "trap"]
      where run.has(name) {
        let table = try run.table(name)
        #expect(table.rowCount > 0, "\(name)")
      }
    }
  }
}

import Foundation
import Measurement
import SystemPackage
import TestSupport
import Testing

@testable import Reporting

/// The column reference and what is written.
@Suite struct ReferenceTests {
  @Test func everyColumnIsInTheReference() throws {
    let file = Repository.root.appending("results/README.md")
    let reference = try String(contentsOf: URL(filePath: file.string), encoding: .utf8)
    let tables = RunResults.tables
    #expect(
      tables.count == ExperimentId.allCases.count + 4, "samples, slices, settings-cost and model beside them")
    for resource in tables {
      #expect(reference.contains("### \(resource.path)\n"), "\(resource.path)")
      #expect(reference.contains("| `\(resource.path)` |"), "\(resource.path)")
      for field in resource.schema.fields {
        let line = "| `\(field.name)` | \(field.type) | \(field.description) |"
        #expect(reference.contains(line), "\(line)")
      }
    }
  }
}

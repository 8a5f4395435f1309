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
    let tables = ExperimentId.allCases.flatMap {
      RunResults().tables(of: $0, run: "run", relationSource: "hwloc")
    }
    #expect(tables.count == ExperimentId.allCases.count + 3, "samples, slices and settings-cost beside them")
    for resource in tables.map(\.resource) {
      #expect(reference.contains("### \(resource.path)\n"), "\(resource.path)")
      #expect(reference.contains("| `\(resource.path)` |"), "\(resource.path)")
      for field in resource.schema.fields {
        let line = "| `\(field.name)` | \(field.type) | \(field.description) |"
        #expect(reference.contains(line), "\(line)")
      }
    }
  }
}

import Reporting
import StoredRuns
import SystemPackage
import TestSupport
import Testing

@testable import Pages

@Suite struct RunLabelTests {
  struct Run: Sendable {
    var model = 17
    var mode = "warn"
    var label: String?
    var started = "2026-11-23T06:24:27Z"
  }

  static let cases: [([Run], [String])] = [
    ([Run()], ["warn"]),
    ([Run(mode: "off"), Run(mode: "warn")], ["off", "warn"]),
    ([Run(label: "a"), Run(label: "b")], ["a", "b"]),
    ([Run(), Run(started: "2026-11-23T07:00:00Z")], ["06:24", "07:00"]),
    ([Run(), Run(started: "2026-11-23T06:24:28Z")], ["06:24:27", "06:24:28"]),
    (
      [Run(), Run(started: "2026-11-24T06:24:27Z")],
      ["2026-11-23\u{A0}06:24", "2026-11-24\u{A0}06:24"]
    ),
    ([Run(), Run()], ["run0", "run1"]),
    ([Run(mode: "off"), Run(), Run(label: "a")], ["off", "warn", "warn, a"]),
    // Of another machine, the same name does no harm.
    ([Run(), Run(model: 18)], ["amd-epyc-f25-m17-s1-kvm, warn", "amd-epyc-f25-m18-s1-kvm, warn"]),
  ]

  @Test(arguments: cases)
  func namesAreAsShortAsTellsRunsApart(_ runs: [Run], _ expected: [String]) async throws {
    try await withTemporaryFolder { folder in
      let records = try runs.enumerated().map { index, run in
        try RunFixture(in: folder, named: "run\(index)") { record in
          record[path: "machine", "processor", "model"] = run.model
          record[path: "machine", "policy", "mode"] = run.mode
          record["label"] = run.label
          record["started_utc"] = run.started
        }.run.record
      }
      #expect(RunLabels(records).labels == expected)
    }
  }

  @Test func linksLeadFromTheIndexToTheRuns() {
    func link(_ from: FilePath, _ to: FilePath) -> String {
      RelativePath(from: from, to: to).reference(to: "run.json")
    }
    #expect(link("/r/results", "/r/results/m/run") == "m/run/run.json")
    #expect(link("/r/results/m", "/r/results/n/run") == "../n/run/run.json")
    #expect(link("/r", "/r") == "run.json")
    #expect(link("/", "/a b/ü?#") == "a%20b/%C3%BC%3F%23/run.json")
  }

  @Test func aCommandMeasuresTheSameAgain() async throws {
    try await withTemporaryFolder { folder in
      let run = try RunFixture(in: folder) { record in
        record[path: "parameters", "experiments"] = ["cost"]
        record[path: "parameters", "widths"] = [4, 8]
        record[path: "parameters", "seed"] = 5
      }.run
      #expect(
        RunCommand.text(try PageRun.read([run])[0])
          == "splitbench run --plan standard --seed 5 --only cost --cpu 1 --width 4,8 --budget 2")
    }
  }
}

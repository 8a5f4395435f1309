import Reporting
import StoredRuns

/// A counter that two CPUs raise in turn.
enum PassingSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let isOne = runs.count == 1
    var table = TextTable(columns: ["CPUs", "aligned", "line-split", "page-split", "ratio"])
    for run in runs {
      for pair in run.passing.map(label).distinct {
        let entries = run.passing.filter { label($0) == pair }
        func find(_ placement: String) -> PassingEntry? { entries.first { $0.placement == placement } }
        func text(_ placement: String) -> String {
          guard let entry = find(placement) else { return "-" }
          return entry.oneWay?.text(.nanoseconds) ?? entry.outcome
        }
        table.rows.append([
          isOne ? pair : "\(run.label), \(pair)", text("aligned"), text("line-split"), text("page-split"),
          find("line-split")?.ratio.map(Quantity.factor.text) ?? "-",
        ])
      }
    }
    guard !table.rows.isEmpty else { return nil }
    var section = PageSection("pingpong", "From CPU to CPU")
    section.words = [
      "Two CPUs raise one counter in turn with lock cmpxchg: the time of one way, which articles publish as split-lock latency."
    ]
    section.tables = [PageTable("One way", .words, table)]
    section.digest.tables = section.tables
    return section
  }

  private static func label(_ entry: PassingEntry) -> String {
    "\(entry.relation) (\(entry.cpu) and \(entry.otherCpu))"
  }
}

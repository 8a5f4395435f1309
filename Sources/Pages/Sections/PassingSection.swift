import Reporting
import StoredRuns

/// A counter that two CPUs raise in turn.
enum PassingSection: SectionMaker {
  static let experiment: String? = "pingpong"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let groups = RunGroup.of(runs)
    var table = TextTable(columns: ["CPUs", "aligned", "line-split", "page-split", "ratio"])
    for group in groups {
      let passing = group.runs.flatMap(\.passing)
      for pair in passing.map(label).distinct {
        func entries(_ placement: String) -> [PassingEntry] {
          passing.filter { label($0) == pair && $0.placement == placement }
        }
        func text(_ placement: String) -> String {
          Ranged(of: entries(placement).compactMap(\.oneWay))?.text(.nanoseconds)
            ?? entries(placement).first?.outcome ?? "-"
        }
        let ratio = Ranged(of: entries("line-split").compactMap { $0.ratio.map { Ranged(value: $0) } })
        table.rows.append([
          runs.count == 1 ? pair : "\(group.label), \(pair)", text("aligned"), text("line-split"),
          text("page-split"), ratio?.text(.factor) ?? "-",
        ])
      }
    }
    guard !table.rows.isEmpty else { return nil }
    var section = PageSection("pingpong", "From CPU to CPU")
    section.words = [
      "Two CPUs raise one counter in turn with lock cmpxchg: the time of one way, which articles publish as split-lock latency."
        + (RunGroup.reading(groups).map { " " + $0 } ?? "")
    ]
    section.tables = [PageTable("One way", .words, table)]
    section.digest.tables = section.tables
    section.findings = [sentence(runs[0].passing)].compactMap { $0 }
    return section
  }

  private static func label(_ entry: PassingEntry) -> String {
    "\(entry.relation) (\(entry.cpu) and \(entry.otherCpu))"
  }

  /// Of the first pair.
  private static func sentence(_ passing: [PassingEntry]) -> String? {
    guard let split = passing.first(where: { $0.placement == "line-split" && $0.oneWay != nil }) else {
      return nil
    }
    return
      "A counter across two lines takes \(Quantity.nanoseconds.text(split.oneWay!.value)) from CPU to CPU (\(split.relation))"
      + (split.ratio.map { ", \(Quantity.factor.text($0)) as long as an aligned one." } ?? ".")
  }
}

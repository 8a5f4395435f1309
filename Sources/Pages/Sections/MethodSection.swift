import Measurement
import Reporting
import StoredRuns

/// How the numbers came about, and how to get them again.
enum MethodSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    var section = PageSection("method", "How it was measured")
    section.words = [
      "Every cell is measured in rounds, in fresh random order and on fresh memory, with its controls beside it. A sample is the"
        + " difference of two batches of one loop, divided by the difference of their operations: nothing else is subtracted."
        + " A cell's cost is the 20 % trimmed mean of the logarithms of its undisturbed rounds, with Tukey and McLaughlin's t"
        + " interval; a slow-down is treated over control of the same round, with a BCa bootstrap interval. Intervals speak of one"
        + " run: another may differ by more."
    ]
    if let rule = runs.lazy.compactMap(\.record.disturbance).first { section.words.append(rule.rule) }
    section.tables = runs.count == 1 ? [shared(values(runs[0]) + again(runs[0]))] : tables(runs)
    section.digest.facts = Words.byRun(runs) {
      ["splitbench \($0.record.toolVersion), again with: \(RunCommand.text($0))"]
    }
    return section
  }

  private typealias Value = (name: String, text: String)

  private static func again(_ run: PageRun) -> [Value] { [("again with", RunCommand.text(run))] }

  private static func shared(_ values: [Value], _ name: String = "Parameters") -> PageTable {
    PageTable(
      name, .pairs, TextTable(columns: ["parameter", "value"], rows: values.map { [$0.name, $0.text] }))
  }

  /// What all runs have in common, and a row a run of what they have not.
  private static func tables(_ runs: [PageRun]) -> [PageTable] {
    let values = runs.map(values)
    let differing = values[0].indices.filter { index in values.contains { $0[index] != values[0][index] } }
    let common = values[0].indices.filter { !differing.contains($0) }.map { values[0][$0] }
    let rows = zip(runs, values).map { run, values in [run.label] + differing.map { values[$0].text } }
    return (common.isEmpty ? [] : [shared(common, "Parameters of all runs")]) + [
      PageTable(
        "Parameters by run", .words,
        TextTable(columns: ["of"] + differing.map { values[0][$0].name }, rows: rows))
    ]
  }

  private static func values(_ run: PageRun) -> [Value] {
    let (record, parameters) = (run.record, run.record.parameters)
    let locked = record.lockedTime.map {
      "\(Decimal.significant($0.spentSeconds, 3)) s of \(Decimal.significant($0.budgetSeconds, 3)) s, \($0.splitLocks) split locks"
    }
    let disturbed = record.disturbance.map { summary in
      let causes = summary.groupsByCause.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      return "\(Int((summary.disturbedShare * 100).rounded())) % of the groups of samples"
        + (causes.isEmpty ? "" : " (\(causes))")
    }
    let clock = record.clock.map {
      "\(Decimal.significant($0.tscTicksPerNanosecond)) TSC cycles a ns"
    }
    return [
      ("run", run.stored.name), ("label", record.label ?? "-"),
      ("measured (UTC)", "\(record.startedUtc) to \(record.endedUtc ?? "unknown")"),
      ("splitbench", record.toolVersion), ("plan", parameters.plan),
      ("experiments", experiments(record)),
      ("rounds of cost", "\(record.roundsDone)"), ("locked time", locked ?? "none"),
      ("disturbed", disturbed ?? "not recorded"), ("clock", clock ?? "not recorded"),
    ]
  }

  /// Each with how it ended, if it did not just finish.
  private static func experiments(_ record: RunRecord) -> String {
    record.parameters.experiments.map { name in
      let end = record.ends[name]
      return end == .finished ? name : "\(name) (\(end?.rawValue ?? "not begun"))"
    }.joined(separator: ", ")
  }
}

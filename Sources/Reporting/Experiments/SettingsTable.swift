import Machine
import Measurement

/// `settings.csv`: one row a setting of detection.
enum SettingsTable {
  static func table(run: String) -> CsvTable<SettingsRow> {
    CsvTable(
      columns: [
        .text("run", "Name of the result folder.") { _ in run },
        .integer("round_count", "Visits behind the figures.") { $0.roundCount },
        .text("setting", "Setting, as in `splitbench list`, changes joined by +.") { $0.setting.id },
        .text("failures", "What of it the machine did not take; empty where all of it.") {
          $0.failures.isEmpty ? nil : $0.failures.joined(separator: "; ")
        },
        .integer("cpu", "Logical CPU that measured.") { $0.cpu },
        .text(
          "armed_cpus",
          "CPUs whose bit 29 of MSR 0x33 was set behind the last visit, or none; empty where it cannot be read."
        ) {
          $0.bitsSet.map { $0.isEmpty ? "none" : CpuSelection.ranges($0) }
        },
        .integer("operations", "Split locks issued by the tight loop.") { $0.operations },
      ]
        + CsvColumn.estimate(
          "operations_per_second",
          "Those a second of wall time, delays and traps included: in warn the median alone sees the open window.",
          \.throughput) + [
          .number(
            "median_ns",
            "An operation that was neither delayed nor met a SIGBUS, in ns: the median; the timer is in it, and Linux's handler where #DB answered each."
          ) {
            $0.splitNs
          },
          .number("aligned_ns", "The same of an aligned operand.") { $0.alignedNs },
          .integer("delayed_count", "Operations of over 5 ms, other than by preemption.") { $0.delayed },
          .integer("trapped", "Operations that met a SIGBUS.") { $0.trapped },
          .text("kind", "What answered: silent, #AC, #DB, or unknown.") { $0.answer?.kind.rawValue },
          .text("evidence", "What kind is concluded from.") { $0.answer?.evidence.joined(separator: "; ") },
          .integer("children", "Children that tried a split lock without a handler.") { $0.children },
          .integer("killed", "Those that a signal ended.") { $0.killed },
          .integer("log_lines", "Lines of Linux's log about these tasks; empty where it cannot be read.") {
            $0.logLines
          },
          .integer(
            "bystander_cpu", "Logical CPU of the bystander, the nearest on another core; empty without one."
          ) {
            $0.bystander?.victim
          },
          .text("bystander_victim", "What it does: a victim's id, as in `splitbench list`.") {
            $0.bystander.map { _ in SettingsRow.victim.rawValue }
          },
          .text("bystander_relation", "How its CPU and the one that split-locks relate.") {
            $0.bystander?.relation.rawValue
          },
        ]
        + CsvColumn.estimate(
          "bystander_slowdown",
          "Its operation beside split locks back to back, delays and traps included, over that beside aligned ones at the pace of the cheapest split locks so far.",
          \.slowdown))
  }
}

extension SettingsExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id,
        "one row a setting of detection: what a tight loop of split locks meets there, and what it does to a bystander",
        SettingsTable.table(run: names.run), results.settings),
      ResultTable(
        "settings-cost", "one row a cell under a setting: some cells of `cost`, with its columns",
        CostTable.table(run: names.run), results.settingsCost, primaryKey: "cell"),
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] {
    [summary.settings].compactMap { $0 }
  }

  package static var compared: [ComparedTable] {
    let words = { @Sendable (cell: DescribedCell) in
      [cell.text("bystander_victim"), cell.text("bystander_relation")]
    }
    return [
      ComparedTable(
        id, keys: [.text("setting")], cpus: [.measuring], quantity: .rate, answers: ["kind", "failures"],
        words: words),
      ComparedTable(
        id, name: "settings-bystander",
        keys: [.text("setting"), .text("bystander_victim"), .text("bystander_relation")],
        cpus: [.measuring], quantity: .slowdown("bystander_slowdown"), words: words),
      CostTable.compared(id, name: "settings-cost"),
    ]
  }

  package func addMore(to results: inout RunResults) { results.settingsCost = costRows() }
}

extension RunResults {
  public var settings: [SettingsRow] {
    get { self["settings"] }
    set { self["settings"] = newValue }
  }
}

extension RunResults {
  public var settingsCost: [CostRow] {
    get { self["settings-cost"] }
    set { self["settings-cost"] = newValue }
  }
}

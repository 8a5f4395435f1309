import Machine
import Measurement

/// `leak.csv`: one row a CPU on which split locks were tried while detection was off on the opener's core.
enum LeakTable {
  static func table(run: String) -> CsvTable<LeakRow> {
    CsvTable(columns: [
      .text("run", "Name of the result folder.") { _ in run },
      .integer("round_count", "Windows that were tried.") { $0.roundCount },
      .integer("opener_cpu", "Logical CPU whose split lock has Linux take detection off its core.") {
        $0.openerCpu
      },
      .integer("cpu", "Logical CPU that tried split locks meanwhile.") { $0.cpu },
      .text("relation", "Relation of the two, as in `splitbench list`.") { $0.relation.rawValue },
      .integer(
        "windows",
        "Windows that were opened (the opener's split lock was delayed) and tried on cpu while they were surely open."
      ) { $0.windows },
      .integer("leaked", "Those in which split locks passed free on cpu.") { $0.leaked },
      .text(
        "leaks", "Whether they pass there: true or false; empty where windows disagree, or none was opened."
      ) {
        $0.leaks.map(String.init)
      },
      .integer("passed", "Split locks that passed free, in all windows.") { $0.passed },
      .number(
        "open_ms",
        "From the opening to the first split lock on cpu that was delayed, in ms: the median of windows that leaked."
      ) {
        $0.openMs?.median
      },
      .number("open_min_ms", "The shortest.") { $0.openMs?.least },
      .number("open_max_ms", "The longest.") { $0.openMs?.most },
      .number("predicted_low_ms", "What Linux's source says: two jiffies at least.") { $0.predictedMs?.low },
      .number("predicted_high_ms", "And with the timer's and the worker's lateness.") {
        $0.predictedMs?.high
      },
      .integer("still_open", "Those in which split locks passed and nothing was delayed for 150 ms.") {
        $0.stillOpen
      },
      .integer("signalled", "Windows that ended with a signal.") { $0.signalled },
      .integer(
        "reads",
        "Windows in which bit 29 of MSR 0x33 was read on cpu; a reading that came later does not count."
      ) { $0.reads },
      .integer("clear", "Those in which it was clear.") { $0.clear },
    ])
  }
}

extension LeakExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a CPU on which split locks were tried while Linux had detection off on another's core",
        LeakTable.table(run: names.run), results.leak)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] { [summary.leak].compactMap { $0 } }

  /// Of every pair of CPUs that relate alike: where one of them answers otherwise, the cell has both answers.
  package static var compared: [ComparedTable] {
    [
      ComparedTable(id, keys: [.text("relation")], cpus: [], quantity: nil, answers: ["leaks"]) {
        [$0.text("relation")]
      }
    ]
  }
}

extension RunResults {
  public var leak: [LeakRow] {
    get { self["leak"] }
    set { self["leak"] = newValue }
  }
}

/// Where split locks pass while Linux has detection off on one core.
extension Summary {
  var leak: Section? {
    guard let first = results.leak.first else { return nil }
    var table = TextTable(columns: [
      "split locks on", "pass free", "open ms", "shortest to longest", "bit clear",
    ])
    table.rows = results.leak.map { row in
      [
        "CPU \(row.cpu), \(row.relation.rawValue)", "in \(row.leaked) of \(row.windows) windows",
        row.openMs.map { Decimal.fixed($0.median, 1) } ?? "-",
        row.openMs.map { "\(Decimal.fixed($0.least, 1)) to \(Decimal.fixed($0.most, 1))" } ?? "-",
        row.reads > 0 ? "\(row.clear) of \(row.reads)" : "-",
      ]
    }
    return Section(
      title: "Where split locks pass while detection is off on CPU \(first.openerCpu)'s core", table: table,
      facts: first.predictedMs.map {
        [
          "Linux's source says two jiffies and some lateness: \(Decimal.fixed($0.low, 0)) to \(Decimal.fixed($0.high, 0)) ms"
        ]
      } ?? [])
  }
}

import Machine
import Measurement

/// `scaling.csv`: one row a number of offenders in an arrangement.
enum ScalingTable {
  static func table(run: String) -> CsvTable<ScalingRow> {
    CsvTable(
      columns: [
        .text("run", "Name of the result folder.") { _ in run },
        .integer("round_count", "Rounds behind the estimates.") { $0.roundCount },
        .text("setting", "State of detection hardware and policy.") { _ in "as-found" },
        .text("arrangement", "Arrangement id, as in `splitbench list`.") { $0.cell.arrangement.rawValue },
        .text("placement", "Where the operands lie: aligned, line-split.") { $0.cell.placement.rawValue },
        .integer("threads", "Threads at work, a reader included.") { $0.cell.threads },
        .text("cpus", "Their logical CPUs, in Linux's list notation.") {
          CpuSelection.ranges($0.cpus.sorted())
        },
        .integer("operations", "Operations issued, those of readers left out.") { $0.operations },
      ] + CsvColumn.estimate("operations_per_second", "Operations of all together, in 1/s.", \.throughput) + [
        .number("split_operations_per_second", "Of mixed: operations of those that split, in 1/s.") {
          $0.splitThroughput
        },
        .number(
          "ratio_to_one",
          "operations_per_second (of mixed split_operations_per_second) over that of one thread on its own at the same placement."
        ) {
          $0.ratioToOne
        },
        .number("least_share", "Share of the slowest thread, 0 to 1, in the median round; empty of mixed.") {
          $0.leastShare
        },
        .number("most_share", "Share of the fastest; empty of mixed.") { $0.mostShare },
        .number(
          "jain_fairness", "Jain's index of fairness, 1/threads to 1, in the median round; empty of mixed."
        ) {
          $0.fairness
        },
        .number("worst_operations_per_second", "Operations of the slowest thread, in 1/s.") { $0.worst },
        .integer("rounds_apart", "Measurements left out, since the threads did not begin and end together.") {
          $0.apart
        },
        .integer("wrong_sums", "Measurements after which an operand did not hold what had been added.") {
          $0.wrongSums
        },
        .integer("reads", "Values that a reader read.") { $0.reads },
        .integer("torn_reads", "Values whose two halves were not of one time.") { $0.tornReads },
        .text(
          "verdict",
          "atomic; violated: a sum was wrong, or a value torn that the architecture keeps whole (plain loads across two lines it does not); trapped. Measurements left out of the rates count here."
        ) { $0.verdict.rawValue },
      ])
  }
}

extension ScalingExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a number of offenders in an arrangement", ScalingTable.table(run: names.run),
        results.scaling)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] {
    [summary.offenders].compactMap { $0 }
  }

  package static var compared: [ComparedTable] {
    [
      ComparedTable(
        id,
        keys: [.text("arrangement"), .text("placement"), .integer("threads"), .text("setting")], cpus: [],
        quantity: .rate, answers: ["verdict"]
      ) { ["\($0.text("threads")) \($0.text("arrangement"))", $0.text("placement")] }
    ]
  }

  package static func describe(_ design: ScalingPlan, in overview: inout RunOverview) {
    overview.offenders = design.counts
  }
}

extension RunResults {
  public var scaling: [ScalingRow] {
    get { self["scaling"] }
    set { self["scaling"] = newValue }
  }
}

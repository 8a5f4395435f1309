import LockKernels
import Measurement

/// `cost.csv` and `settings-cost.csv`: one row a cell that was measured.
enum CostTable {
  static func table(run: String) -> CsvTable<CostRow> {
    CsvTable(columns: identity(run: run) + estimates + singles + cycles + outcome + additions)
  }

  private static func identity(run: String) -> [CsvColumn<CostRow>] {
    [
      .text("run", "Name of the result folder.") { _ in run },
      .integer("round_count", "Rounds behind the estimates.") { $0.roundCount },
      .integer("cpu", "Logical CPU that measured.") { $0.cell.cpu },
      .text("setting", "State of detection hardware and policy.") { $0.cell.setting.id },
      .text("instruction", "Instruction id, as in `splitbench list`.") {
        $0.cell.kernel.instruction.rawValue
      },
      .integer("width_bytes", "Operand size in bytes.") { $0.cell.kernel.widthBytes },
      .boolean("locked", "Whether the instruction locks, by prefix or by itself.") {
        $0.cell.kernel.isLocked
      },
      .text("placement", "Where the operand lies: aligned, within-line, line-split, page-split.") {
        $0.cell.placement.rawValue
      },
      .integer("offset_bytes", "First byte of the operand from the start of its first line, in bytes.") {
        $0.cell.offset
      },
      .integer("operations", "Operations issued in samples, singles and warm-up.") { $0.operations },
      .integer("samples", "Timed batches behind the estimates.") { $0.samples },
    ]
  }

  private static let estimates: [CsvColumn<CostRow>] =
    CsvColumn.estimate(
      "median", unit: "ns",
      "Cost of one operation in ns: the median of a round's slopes, combined over rounds by the 20 % trimmed mean of logarithms.",
      \.median) + [
      .number("mean_ns", "Mean of all samples that count, in ns.") { $0.meanNs },
      .number(
        "operations_per_second",
        "Operations over time in all timed batches, delays and disturbance included, in 1/s."
      ) {
        $0.operationsPerSecond
      },
    ]

  private static let singles: [CsvColumn<CostRow>] = [
    .number("min_ns", "Shortest operation timed by itself, in ns, timer cost included.") { $0.singles?.min },
    .number("p90_ns", "90th percentile of operations timed singly, in ns; needs 100 of them.") {
      $0.singles?.p90
    },
    .number("p99_ns", "99th percentile of operations timed singly, in ns; needs 1,000 of them.") {
      $0.singles?.p99
    },
    .number("p999_ns", "99.9th percentile of operations timed singly, in ns; needs 10,000 of them.") {
      $0.singles?.p999
    },
    .number("max_ns", "Longest operation timed by itself, in ns, timer cost included.") { $0.singles?.max },
  ]

  private static let cycles: [CsvColumn<CostRow>] = [
    .number("median_tsc_cycles", "median_ns in TSC cycles.") { $0.medianTicks },
    .number("core_cycles", "Cost of one operation in cycles of the core.") { $0.coreCycles },
    .text("core_cycles_source", "How core cycles were found: pmu (counted) or add-chain (derived).") {
      $0.coreCyclesSource?.rawValue
    },
    .number("bus_locks_per_op", "Bus locks an operation as the PMU counted; empty without a PMU.") {
      $0.busLocksPerOperation
    },
    .number("ratio_to_aligned", "Cost over that of the same kernel aligned, paired by round.") {
      $0.ratioToAligned?.value
    },
  ]

  private static let outcome: [CsvColumn<CostRow>] = [
    .text("line_state", "State of the operand's lines before the operation: hot, cold, other-cpu-modified.") {
      $0.cell.lineState.rawValue
    },
    .text("outcome", "What operations met: completed, trapped, delayed.") { $0.outcome.rawValue },
    .integer("trapped", "Operations that met a SIGBUS.") { $0.trapped },
    .integer(
      "delayed_count",
      "Timed calls that took over 5 ms longer than their operations explain, other than by preemption."
    ) { $0.delayedCount },
    .text(
      "verdict", "Proof that it split: split-verified, unverified-pmu, pmu-contradicts, control, trapped."
    ) {
      $0.verdict.rawValue
    },
    .text("warnings", "Ids of what to know about the row, separated by semicolons.") {
      $0.warnings.isEmpty ? nil : $0.warnings.map(\.rawValue).joined(separator: ";")
    },
  ]

  private static let additions: [CsvColumn<CostRow>] = [
    .text("between", "What ran between two operations: nothing, independent-adds.") {
      $0.cell.between.rawValue
    },
    .number("ratio_low", "Lower end of the 95 % interval of ratio_to_aligned.") { $0.ratioToAligned?.low },
    .number("ratio_high", "Upper end of the 95 % interval of ratio_to_aligned.") { $0.ratioToAligned?.high },
    .integer("disturbed_rounds", "Rounds of this cell that the exclusion rule found disturbed.") {
      $0.disturbedRounds
    },
    .integer("single_count", "Operations timed singly behind min_ns to max_ns.") { $0.singles?.count },
    .boolean("headline", "Whether the cell is measured until its interval is narrow.") { $0.isHeadline },
    .integer("cell", "Number of the cell in this table; samples.csv refers to those of cost.csv.") {
      $0.index
    },
  ]
}

extension CostTable {
  /// One that holds costs, as comparisons see it.
  static func compared(_ experiment: ExperimentId, name: String) -> ComparedTable {
    ComparedTable(
      experiment, name: name, file: name,
      keys: [
        .text("instruction"), .integer("width_bytes"), .boolean("locked"), .text("placement"),
        .integer("offset_bytes"), .text("line_state"), .text("between"), .text("setting"),
      ], cpus: [.measuring], quantity: .nanoseconds("median"), answers: ["outcome"]
    ) {
      [$0.kernel, "\($0.text("placement")) at \($0.text("offset_bytes"))"]
        + $0.unusual(["line_state", "between"])
    }
  }
}

extension CostExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a cell that was measured", CostTable.table(run: names.run), results.cost,
        primaryKey: "cell"),
      ResultTable(
        growing: "samples", "one row a sample of `cost`, as it was timed, disturbed ones included",
        SampleTable.table, cellsOf: id.rawValue),
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] { summary.costs }

  package static var compared: [ComparedTable] { [CostTable.compared(id, name: id.rawValue)] }

  package static func describe(_ design: CostDesign, in overview: inout RunOverview) {
    overview.describe(design.cells)
  }

  package func note(_ rows: [CostRow], in record: inout RunRecord) {
    record.cpus = cpuFindings
    record.disturbance = .init(
      rule: DisturbanceRule.inWords, disturbedShare: tally.disturbedShare,
      groupsByCause: Dictionary(
        uniqueKeysWithValues: tally.groupsByCause.map { ($0.key.rawValue, $0.value) }),
      corePerTscLow: tally.frequencyRange?.low, corePerTscHigh: tally.frequencyRange?.high,
      stolenClockTicks: stolenTicks, smis: smis)
    record.roundsDone = roundsDone
    record.headlines = headlines
    record.unmeasured = unmeasured.map { .init(what: $0.cell.description, reason: $0.reason) }
  }

  package func append(to folder: inout RunFolder) throws { try folder.append(groups) }
}

extension RunResults {
  public var cost: [CostRow] {
    get { self["cost"] }
    set { self["cost"] = newValue }
  }
}

import Measurement

/// `bystander.csv`: one row a victim beside an aggressor.
enum BystanderTable {
  static func table(run: String, relationSource: String) -> CsvTable<BystanderRow> {
    let pair = PairColumns(relationSource: relationSource, first: "victim_", second: "aggressor_")
    return CsvTable(
      columns: [
        .text("run", "Name of the result folder.") { _ in run },
        .integer("round_count", "Rounds behind the estimates.") { $0.roundCount },
        .text("setting", "State of detection hardware and policy.") { _ in "as-found" },
      ] + pair.columns { $0.cell.pair } + load + times + CsvColumn.slowdown(\.slowdown) + outcome)
  }

  private static let load: [CsvColumn<BystanderRow>] = [
    .text("victim", "Victim id, as in `splitbench list`.") { $0.cell.victim.rawValue },
    .text("aggressor", "What runs on the other CPU: idle, aligned-atomic, line-split, page-split.") {
      $0.cell.aggressor.rawValue
    },
    .number(
      "requested_fraction", "Share of the time that the aggressor's split locks were to hold the bus, 0 to 1."
    ) {
      $0.cell.fraction
    },
    .number("requested_rate_hz", "Operations a second that this asks of the aggressor.") { $0.requestedRate },
    .number("achieved_rate_hz", "Operations a second that it issued.") { $0.achievedRate },
    .number(
      "locked_fraction",
      "Share of the time that its split locks held the bus: rate times the native cost that a few of them had before; above 1 where they became cheaper."
    ) {
      $0.lockedFraction
    },
    .integer("bus_locks", "Split locks that it issued.") { $0.busLocks },
  ]

  private static let times: [CsvColumn<BystanderRow>] = [
    .number(
      "control_ns",
      "The victim's operation in control, in ns: beside aligned operations at the same pace, or idle."
    ) {
      $0.controlNs
    },
    .number("treated_ns", "The victim's operation beside the aggressor, in ns.") { $0.treatedNs },
    .number("idle_ns", "The victim's operation beside an idle CPU, in ns.") { $0.idleNs },
  ]

  private static let outcome: [CsvColumn<BystanderRow>] = [
    .text(
      "verdict",
      "slowed, faster: the interval lies beyond the noise floor of the victim's idle row; not-slowed: within 2 % of 1; undecided; trapped."
    ) { $0.verdict.rawValue },
    .text("warnings", "Ids of what to know about the row, separated by semicolons.") {
      $0.warnings.isEmpty ? nil : $0.warnings.map(\.rawValue).joined(separator: ";")
    },
    .integer("cell", "Number of the row's cell in this run; slices.csv refers to it.") { $0.index },
  ]
}

/// `slices.csv`: one row a slice of `bystander`, as it was timed.
enum SliceTable {
  static let table = CsvTable<SliceSample>(columns: [
    .integer("cell", "Number of the cell, as in bystander.csv.") { $0.cell },
    .integer("round", "Round, from 0.") { $0.round },
    .text("kind", "control or treated: a treated slice lies between two for control.") { $0.kind },
    .integer("victim_operations", "Operations of the victim, gaps left out.") { $0.victimOperations },
    .integer("victim_tsc_cycles", "Their time in TSC cycles.") { Int($0.victimTicks) },
    .integer("gaps", "Parts of the slice left out, since something else had the CPU.") { $0.gaps },
    .integer("gap_tsc_cycles", "Their time in TSC cycles.") { Int($0.gapTicks) },
    .integer("aggressor_operations", "Operations of the aggressor; empty beside an idle CPU.") {
      $0.aggressorOperations
    },
    .integer("aggressor_tsc_cycles", "Their time in TSC cycles.") { $0.aggressorTicks.map { Int($0) } },
    .integer("longest_gap_tsc_cycles", "The longest time between the starts of two of them.") {
      $0.longestGapTicks.map { Int($0) }
    },
    .boolean("disturbed", "Whether Linux switched the victim's thread out.") { $0.isDisturbed },
    .boolean("overlapped", "Whether the aggressor worked all the time; true beside an idle CPU.") {
      $0.hasOverlapped
    },
  ])
}

extension BystanderExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a victim beside an aggressor, on a pair of CPUs",
        BystanderTable.table(run: names.run, relationSource: names.relationSource), results.bystander,
        primaryKey: "cell"),
      ResultTable(
        growing: "slices", "one row a slice of `bystander`, as it was timed", SliceTable.table,
        cellsOf: id.rawValue),
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] {
    [summary.saturation].compactMap { $0 } + summary.doses
  }

  package static var compared: [ComparedTable] {
    [
      ComparedTable(
        id,
        keys: [
          .text("victim"), .text("aggressor"), .number("requested_fraction"), .text("relation"),
          .integer("numa_distance"), .text("setting"),
        ],
        cpus: [
          .init(number: "victim_cpu", kind: "victim_core_kind"),
          .init(number: "aggressor_cpu", kind: "aggressor_core_kind"),
        ], quantity: .slowdown("slowdown")
      ) { ["\($0.text("victim")) beside \($0.text("aggressor"))\(fraction($0))", $0.text("relation")] }
    ]
  }

  private static func fraction(_ cell: DescribedCell) -> String {
    guard let share = Double(cell.text("requested_fraction")), share > 0 else { return "" }
    return " \(Decimal.significant(100 * share, 3)) %"
  }

  package static func describe(_ design: BystanderPlan, in overview: inout RunOverview) {
    overview.pairs = design.pairs
    overview.victims = design.victims.map(\.rawValue)
    overview.bystanderCells = design.cellCount
  }

  package func note(_ rows: [BystanderRow], in record: inout RunRecord) {
    record.add(sites)
    record.victimMemory = victimSizes
    record.doseCurves = doseCurves(rows)
  }

  package func append(to folder: inout RunFolder) throws { try folder.append(slices) }
}

extension RunResults {
  public var bystander: [BystanderRow] {
    get { self["bystander"] }
    set { self["bystander"] = newValue }
  }
}

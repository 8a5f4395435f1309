import Measurement

/// `pingpong.csv`: one row a pair of CPUs and a placement.
enum PingPongTable {
  static func table(run: String, relationSource: String) -> CsvTable<PingPongRow> {
    CsvTable(
      columns: [
        .text("run", "Name of the result folder.") { _ in run },
        .integer("round_count", "Rounds behind the estimates.") { $0.roundCount },
        .text("setting", "State of detection hardware and policy.") { _ in "as-found" },
        .text("placement", "Where the counter lies: aligned, line-split, page-split.") {
          $0.cell.placement.rawValue
        },
      ] + PairColumns(relationSource: relationSource, first: "", second: "other_").columns { $0.cell.pair }
        + CsvColumn.estimate(
          "one_way", unit: "ns", "From one CPU's write to the other's, in ns: half of a round trip.",
          \.oneWayNs) + [
          .number("one_way_tsc_cycles", "one_way_ns in TSC cycles.") { $0.oneWayTicks },
          .number("ratio_to_aligned", "one_way_ns over that of the aligned counter.") { $0.ratioToAligned },
          .number(
            "attempts_per_pass",
            "Operations that both sides issued for one pass, failed ones included, in the median round."
          ) {
            $0.attemptsPerPass
          },
          .integer("passes", "Passes of measurements that ended in time.") { $0.passes },
          .integer(
            "operations", "Operations issued, those of measurements that did not end in time included."
          ) { $0.operations },
          .number("tsc_offset_ns", "The other CPU's TSC minus this one's, in ns.") { $0.tscOffsetNs },
          .number("tsc_offset_error_ns", "Bound on the error of that, in ns.") { $0.tscOffsetErrorNs },
          .text("outcome", "completed, trapped, or timed-out: not one measurement ended in time.") {
            $0.outcome.rawValue
          },
          .text("verdict", "atomic, or violated: the counter missed a pass.") {
            $0.isAtomic ? "atomic" : "violated"
          },
          .text("warnings", "relation-contradicted where the pair does not show what the topology claims.") {
            $0.contradiction == nil ? nil : "relation-contradicted"
          },
        ])
  }
}

extension PingPongExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a pair of CPUs and a placement",
        PingPongTable.table(run: names.run, relationSource: names.relationSource), results.pingpong)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] {
    [summary.passing].compactMap { $0 }
  }

  package static var compared: [ComparedTable] {
    [
      ComparedTable(
        id, keys: [.text("placement"), .text("relation"), .integer("numa_distance"), .text("setting")],
        cpus: [.measuring, .init(number: "other_cpu", kind: "other_core_kind")],
        quantity: .nanoseconds("one_way"), answers: ["outcome"]
      ) { ["\($0.text("placement")) counter", $0.text("relation")] }
    ]
  }

  package static func describe(_ design: PingPongDesign, in overview: inout RunOverview) {
    // Those of bystander name each pair both ways.
    if overview.pairs.isEmpty { overview.pairs = design.pairs }
  }

  package func note(_ rows: [PingPongRow], in record: inout RunRecord) { record.add(sites) }
}

extension RunResults {
  public var pingpong: [PingPongRow] {
    get { self["pingpong"] }
    set { self["pingpong"] = newValue }
  }
}

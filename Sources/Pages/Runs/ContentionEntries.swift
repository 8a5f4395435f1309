import StoredRuns

/// A row of `pingpong.csv`.
struct PassingEntry {
  var relation: String
  var cpu: Int
  var otherCpu: Int
  var placement: String
  var oneWay: Ranged?
  var ratio: Double?
  var outcome: String

  static func read(_ run: StoredRun) throws(ReadFailure) -> [PassingEntry] {
    let required = ["relation", "cpu", "other_cpu", "placement", "outcome"]
    let optional = ["one_way_ns", "one_way_low_ns", "one_way_high_ns", "ratio_to_aligned"]
    guard let entries = try Entries(run, "pingpong", required: required, optional: optional) else {
      return []
    }
    let (cpu, other) = (try entries.integers("cpu"), try entries.integers("other_cpu"))
    let (relation, placement) = (try entries.texts("relation"), try entries.texts("placement"))
    let oneWay = try entries.ranged("one_way_ns", low: "one_way_low_ns", high: "one_way_high_ns")
    let (ratio, outcome) = (try entries.number("ratio_to_aligned"), try entries.texts("outcome"))
    return entries.rows.map { row in
      PassingEntry(
        relation: relation[row], cpu: cpu[row], otherCpu: other[row], placement: placement[row],
        oneWay: oneWay[row], ratio: ratio[row], outcome: outcome[row])
    }
  }
}

/// A row of `scaling.csv`.
struct ScalingEntry {
  var arrangement: String
  var placement: String
  var threads: Int
  /// Operations a second of all together.
  var throughput: Ranged?
  /// Of mixed: those that split.
  var splitThroughput: Double?
  var ratioToOne: Double?
  var fairness: Double?
  var tornReads: Int?
  var verdict: String

  static func read(_ run: StoredRun) throws(ReadFailure) -> [ScalingEntry] {
    let required = ["arrangement", "placement", "threads", "verdict"]
    let optional = [
      "operations_per_second", "operations_per_second_low", "operations_per_second_high",
      "split_operations_per_second", "ratio_to_one", "jain_fairness", "torn_reads",
    ]
    guard let entries = try Entries(run, "scaling", required: required, optional: optional) else { return [] }
    let (arrangement, placement) = (try entries.texts("arrangement"), try entries.texts("placement"))
    let (threads, verdict) = (try entries.integers("threads"), try entries.texts("verdict"))
    let throughput = try entries.ranged(
      "operations_per_second", low: "operations_per_second_low", high: "operations_per_second_high")
    let (split, ratio) = (
      try entries.number("split_operations_per_second"), try entries.number("ratio_to_one")
    )
    let (fairness, torn) = (try entries.number("jain_fairness"), try entries.integer("torn_reads"))
    return entries.rows.map { row in
      ScalingEntry(
        arrangement: arrangement[row], placement: placement[row], threads: threads[row],
        throughput: throughput[row], splitThroughput: split[row], ratioToOne: ratio[row],
        fairness: fairness[row], tornReads: torn[row], verdict: verdict[row])
    }
  }
}

import StoredRuns

/// A row of `bystander.csv`.
struct BystanderEntry {
  var pair: Pair
  var victim: String
  var aggressor: String
  var requestedFraction: Double?
  var lockedFraction: Double?
  var rate: Double?
  var control: Double?
  var slowdown: Ranged?
  var verdict: String

  /// The CPUs that took part, and how they are related.
  struct Pair: Hashable {
    var relation: String
    var victimCpu: Int
    var aggressorCpu: Int

    var label: String { "\(relation) (\(victimCpu) beside \(aggressorCpu))" }
  }

  static func read(_ run: StoredRun) throws(ReadFailure) -> [BystanderEntry] {
    let required = ["relation", "victim_cpu", "aggressor_cpu", "victim", "aggressor", "verdict"]
    let optional = [
      "requested_fraction", "locked_fraction", "achieved_rate_hz", "control_ns", "slowdown", "slowdown_low",
      "slowdown_high",
    ]
    guard let entries = try Entries(run, "bystander", required: required, optional: optional) else {
      return []
    }
    let relation = try entries.texts("relation")
    let (cpu, other) = (try entries.integers("victim_cpu"), try entries.integers("aggressor_cpu"))
    let (victim, aggressor) = (try entries.texts("victim"), try entries.texts("aggressor"))
    let (requested, locked) = (
      try entries.number("requested_fraction"), try entries.number("locked_fraction")
    )
    let (rate, control) = (try entries.number("achieved_rate_hz"), try entries.number("control_ns"))
    let slowdown = try entries.ranged("slowdown", low: "slowdown_low", high: "slowdown_high")
    let verdict = try entries.texts("verdict")
    return entries.rows.map { row in
      BystanderEntry(
        pair: Pair(relation: relation[row], victimCpu: cpu[row], aggressorCpu: other[row]),
        victim: victim[row], aggressor: aggressor[row], requestedFraction: requested[row],
        lockedFraction: locked[row], rate: rate[row], control: control[row], slowdown: slowdown[row],
        verdict: verdict[row])
    }
  }

  /// Beside an aggressor that does nothing but split locks.
  var isSaturated: Bool { aggressor == "line-split" && requestedFraction == 1 }

  /// Whether it is a point of a dose curve.
  var isDoseStep: Bool { aggressor == "line-split" && slowdown != nil && lockedFraction ?? 0 > 0 }

  /// What stands in a cell; a question mark where noise decides.
  var text: String {
    guard let slowdown else { return verdict == "trapped" ? verdict : "-" }
    return Quantity.factor.text(slowdown.value) + (verdict == "undecided" ? "?" : "")
  }
}

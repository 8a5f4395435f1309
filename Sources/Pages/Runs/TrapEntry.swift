import StoredRuns

/// A row of `trap.csv`.
struct TrapEntry {
  var cpu: Int
  var trigger: String
  var context: String
  var placement: String
  var widthBytes: Int
  var isLocked: Bool
  var outcome: String
  var kind: String
  var issued: Int?
  var performed: Int?
  var trapped: Int?
  var killed: Int?
  var delayed: Int?
  var isBalanced: Bool?
  var roundTrip: Double?
  var tail: Double?
  var longest: Double?
  var attribution: String?
  var confidence: String?
  var attributionEvidence: String?

  static func read(_ run: StoredRun) throws(ReadFailure) -> [TrapEntry] {
    let required = [
      "cpu", "trigger", "context", "placement", "width_bytes", "locked", "outcome", "kind",
    ]
    let optional = [
      "issued", "performed", "trapped", "killed", "delayed_count", "balanced", "round_trip_ns",
      "round_trip_p999_ns", "delay_ns", "attribution", "confidence", "attribution_evidence",
    ]
    guard let entries = try Entries(run, "trap", required: required, optional: optional) else { return [] }
    let (cpu, width) = (try entries.integers("cpu"), try entries.integers("width_bytes"))
    let (trigger, context) = (try entries.texts("trigger"), try entries.texts("context"))
    let (placement, locked) = (try entries.texts("placement"), try entries.booleans("locked"))
    let (outcome, kind) = (try entries.texts("outcome"), try entries.texts("kind"))
    let (issued, performed) = (try entries.integer("issued"), try entries.integer("performed"))
    let (trapped, killed) = (try entries.integer("trapped"), try entries.integer("killed"))
    let (delayed, balanced) = (try entries.integer("delayed_count"), try entries.boolean("balanced"))
    let (roundTrip, tail) = (try entries.number("round_trip_ns"), try entries.number("round_trip_p999_ns"))
    let (longest, attribution) = (try entries.number("delay_ns"), try entries.text("attribution"))
    let (confidence, evidence) = (try entries.text("confidence"), try entries.text("attribution_evidence"))
    return entries.rows.map { row in
      TrapEntry(
        cpu: cpu[row], trigger: trigger[row], context: context[row], placement: placement[row],
        widthBytes: width[row], isLocked: locked[row], outcome: outcome[row], kind: kind[row],
        issued: issued[row], performed: performed[row], trapped: trapped[row], killed: killed[row],
        delayed: delayed[row], isBalanced: balanced[row], roundTrip: roundTrip[row], tail: tail[row],
        longest: longest[row], attribution: attribution[row], confidence: confidence[row],
        attributionEvidence: evidence[row])
    }
  }

  var isSplitLock: Bool { trigger == "split-lock" && isLocked && placement.hasSuffix("-split") }
}

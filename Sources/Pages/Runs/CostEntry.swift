import StoredRuns

/// A row of `cost.csv`, or of `settings-cost.csv`, which has its columns.
struct CostEntry {
  var setting: String
  var cpu: Int
  var instruction: String
  var widthBytes: Int
  var isLocked: Bool
  var placement: String
  var offset: Int
  var lineState: String
  var between: String
  var median: Ranged?
  var ratio: Ranged?
  var ticks: Double?
  var outcome: String
  var isHeadline: Bool
  var cell: Int?

  static func read(_ run: StoredRun, table: String = "cost") throws(ReadFailure) -> [CostEntry] {
    let required = [
      "setting", "cpu", "instruction", "width_bytes", "locked", "placement", "offset_bytes", "line_state",
      "outcome",
    ]
    let optional = [
      "median_ns", "median_low_ns", "median_high_ns", "ratio_to_aligned", "ratio_low", "ratio_high",
      "median_tsc_cycles", "between", "headline", "cell",
    ]
    guard let entries = try Entries(run, table, required: required, optional: optional) else { return [] }
    let (cpu, offset) = (try entries.integers("cpu"), try entries.integers("offset_bytes"))
    let (instruction, width) = (try entries.texts("instruction"), try entries.integers("width_bytes"))
    let (locked, placement) = (try entries.booleans("locked"), try entries.texts("placement"))
    let (state, outcome) = (try entries.texts("line_state"), try entries.texts("outcome"))
    let (between, cell) = (try entries.text("between"), try entries.integer("cell"))
    let setting = try entries.texts("setting")
    let headline = try entries.boolean("headline")
    let median = try entries.ranged("median_ns", low: "median_low_ns", high: "median_high_ns")
    let ratio = try entries.ranged("ratio_to_aligned", low: "ratio_low", high: "ratio_high")
    let ticks = try entries.number("median_tsc_cycles")
    return entries.rows.map { row in
      CostEntry(
        setting: setting[row], cpu: cpu[row], instruction: instruction[row], widthBytes: width[row],
        isLocked: locked[row],
        placement: placement[row], offset: offset[row], lineState: state[row],
        between: between[row] ?? CostEntry.nothing, median: median[row], ratio: ratio[row],
        ticks: ticks[row], outcome: outcome[row], isHeadline: headline[row] ?? false, cell: cell[row])
    }
  }

  static let nothing = "nothing"

  /// Whether it is of lines that the core has, and of nothing but the kernel.
  var isBare: Bool { lineState == "hot" && between == CostEntry.nothing }

  var isSplit: Bool { placement == "line-split" || placement == "page-split" }

  /// As an assembler writes it; `xchg` locks by itself.
  var kernel: String {
    "\(isLocked && instruction != "xchg" ? "lock " : "")\(instruction) m\(widthBytes * 8)"
  }
}

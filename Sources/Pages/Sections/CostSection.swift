import LockKernels
import Reporting
import StoredRuns

/// What an operation costs by where its operand lies.
enum CostSection: SectionMaker {
  static let experiment: String? = "cost"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let measured = runs.filter { !$0.cost.isEmpty }
    guard !measured.isEmpty else { return nil }
    var section = PageSection("cost", "Cost of an operation")
    section.words = [
      "The time of one operation, and its 95 % interval over the rounds of the run. Line-split and page-split operands straddle two"
        + " cache lines, and two pages."
    ]
    if runs.count == 1 {
      OneCost(run: measured[0]).fill(&section)
    } else {
      CostOfRuns(runs: measured).fill(&section)
    }
    let costs = measured.flatMap(\.cost)
    section.glossary =
      Glossary.placements(costs.map(\.placement)) + Glossary.lineStates(costs.map(\.lineState))
      + Glossary.instructions(costs.map(\.instruction))
    return section
  }

  /// Placements have the same look in every plot.
  static let placements = ["aligned", "within-line", "line-split", "page-split"]
  static func style(_ placement: String) -> SeriesStyle {
    SeriesStyle(placements.firstIndex(of: placement) ?? placements.count)
  }
  static func legend(_ shown: Set<String>) -> [Key] {
    placements.filter(shown.contains).map { Key(style($0), $0, line: false) }
  }

  /// So have widths.
  static func style(width: Int) -> SeriesStyle { SeriesStyle(widths.firstIndex(of: width) ?? widths.count) }
  private static let widths = Set(Instruction.allCases.flatMap(\.widths)).sorted()

  /// The row of a placement that stands for its offsets: of those that split, the one in the middle, where the border halves the
  /// operand.
  static func typical(_ entries: [CostEntry], _ placement: String) -> CostEntry? {
    let there = entries.filter { $0.placement == placement }.sorted { $0.offset < $1.offset }
    return there.first?.isSplit == true ? there[there.count / 2] : there.first
  }

  static let columns = [
    "setting", "cpu", "instruction", "width_bytes", "locked", "placement", "offset_bytes", "line_state",
    "between",
    "median_ns", "median_low_ns", "median_high_ns",
  ]
  static func fields(_ entry: CostEntry) -> [String] {
    [
      entry.setting, "\(entry.cpu)", entry.instruction, "\(entry.widthBytes)", "\(entry.isLocked)",
      entry.placement,
      "\(entry.offset)", entry.lineState, entry.between, Field.number(entry.median?.value),
      Field.number(entry.median?.low), Field.number(entry.median?.high),
    ]
  }
}

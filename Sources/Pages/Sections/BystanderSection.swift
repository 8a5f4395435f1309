import LockKernels
import Reporting
import StoredRuns

/// Who else pays.
enum BystanderSection: SectionMaker {
  static let experiment: String? = "bystander"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let measured = runs.filter { !$0.bystander.isEmpty }
    guard !measured.isEmpty else { return nil }
    var section = PageSection("bystander", "Bystanders")
    section.words = [
      "How much longer work on one CPU takes while another issues split locks, against the same work beside aligned operations"
        + " at the same pace. A question mark: noise leaves it undecided."
    ]
    if runs.count == 1 {
      OneBystander(run: measured[0]).fill(&section)
    } else {
      BystanderOfRuns(runs: measured, styles: RunStyles(runs)).fill(&section)
    }
    section.glossary = Glossary.victims(measured.flatMap { $0.bystander.map(\.victim) })
    return section
  }

  /// Victims in the order of `splitbench list`, those that it does not know behind.
  static func victims(_ entries: [BystanderEntry]) -> [String] {
    let measured = entries.map(\.victim).distinct
    let known = Victim.allCases.map(\.rawValue).filter(measured.contains)
    return known + measured.filter { !known.contains($0) }
  }

  static func pairs(_ entries: [BystanderEntry]) -> [BystanderEntry.Pair] {
    entries.map(\.pair).distinct
  }

  static func saturated(
    _ entries: [BystanderEntry], _ pair: BystanderEntry.Pair, _ victim: String
  ) -> BystanderEntry? {
    entries.first {
      $0.pair == pair && $0.victim == victim && $0.isSaturated
    }
  }

  /// Of dose curves; nil where no step has a place on them.
  static func axes(_ steps: [BystanderEntry]) -> (x: Axis, y: Axis)? {
    guard
      let x = Axis(
        "share of time in which the bus is locked", .share, .logarithmic,
        covering: steps.map { $0.lockedFraction! }),
      let y = Axis(
        "slow-down", .factor, .logarithmic, covering: steps.flatMap { $0.slowdown!.all }, showing: 0.9...2)
    else { return nil }
    return (x, y)
  }

  /// The deepest shade, unless something is slower still.
  static let deepest = 10.0

  static func cell(_ entry: BystanderEntry?) -> HeatMap.Cell { cell([entry].compactMap { $0 }) }

  /// What several runs say of one bystander: their median, shaded where most of them found it slowed.
  static func cell(_ entries: [BystanderEntry]) -> HeatMap.Cell {
    let slowdown = Ranged(of: entries.compactMap(\.slowdown))
    let isSlowed = entries.count { $0.verdict == "slowed" } * 2 > entries.count
    let text =
      entries.count > 1 ? slowdown.map { Quantity.factor.text($0.value) } : entries.first?.text
    return HeatMap.Cell(
      value: isSlowed ? slowdown?.value : nil, text: text ?? "-", tip: slowdown?.text(.factor))
  }

  static let columns = [
    "relation", "victim_cpu", "aggressor_cpu", "victim", "aggressor", "requested_fraction", "locked_fraction",
    "achieved_rate_hz", "control_ns", "slowdown", "slowdown_low", "slowdown_high", "verdict",
  ]
  static func fields(_ entry: BystanderEntry) -> [String] {
    [
      entry.pair.relation, "\(entry.pair.victimCpu)", "\(entry.pair.aggressorCpu)", entry.victim,
      entry.aggressor, Field.number(entry.requestedFraction), Field.number(entry.lockedFraction),
      Field.number(entry.rate), Field.number(entry.control), Field.number(entry.slowdown?.value),
      Field.number(entry.slowdown?.low), Field.number(entry.slowdown?.high), entry.verdict,
    ]
  }
}

import Comparison
import Measurement

/// What splitting a side's runs showed, in sentences.
enum SelfCheckText {
  static func line(_ check: SelfCheck, _ side: Side) -> String {
    let drift =
      check.driftingCells > 0
      ? "; \(check.driftingCells) cells differ between the earlier and the later half: the machine drifted"
      : ""
    return
      "false claims between runs of \(side.letter): \(check.falseClaims) in \(check.splits) splits of its \(check.runs) runs into \(check.runsASide) and \(check.runsASide)\(drift)"
  }

  static func text(_ check: SelfCheck, _ side: Side, cells: Int, rules: Rules) -> String {
    let most = Decimal.significant(100 * check.detectable.inMost, 2)
    return """
      \(side.name): \(check.runs) runs, \(side.times), \(cells) cells
        \(line(check, side))
        that is \(percent(Double(check.falseClaims) / Double(check.splits))) of them, at alpha \(Decimal.significant(rules.alpha, 3)); \(percent(check.cellRate)) of single cells have a p, not adjusted, at or below alpha
        earlier against later half: \(check.driftingCells) cells differ
        differences that two sides of \(check.runs) runs would find with 95 % power: \(percent(check.detectable.inHalf)) in half of the cells, \(most) % in nine of ten

      """
  }

  private static func percent(_ share: Double) -> String { Decimal.significant(100 * share, 2) + " %" }
}

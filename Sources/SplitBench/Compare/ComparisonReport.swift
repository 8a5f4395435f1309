import Comparison
import Measurement
import StoredRuns

/// All that a comparison says.
struct ComparisonReport {
  let sides: [Side]
  let differences: [MachineDifference]
  /// Of what was compared, and how.
  let notes: [String]
  let matched: MatchedCells
  let comparison: Comparison
  let groups: [CellGroup]
  /// What their names need not say.
  let common: CommonParts
  private let experiments: [ExperimentId]
  /// By side, of those with enough runs.
  let selfChecks: [(side: Side, check: SelfCheck)]
  /// Where there are many machines.
  let fleet: ComparedFleet?

  /// - Parameter ofKinds: whether sides stand for all machines like theirs.
  init(
    _ sides: [Side], _ matched: MatchedCells, _ fleet: ComparedFleet?, rules: Rules, by columns: [String],
    experiments: [ExperimentId], ofKinds: Bool
  ) {
    self.sides = sides
    self.fleet = fleet
    self.matched = matched
    differences = MachineDifference.all(sides)
    let comparison = Comparison(matched.compared.map { $0.forComparison(sides) }, rules: rules)
    self.comparison = comparison
    groups = CellGroup.all(matched.compared, by: columns)
    self.experiments = experiments
    common = CommonParts(matched.compared + matched.unmatched + matched.answered)
    selfChecks = sides.enumerated().compactMap { index, side in
      comparison.selfCheck(side: index).map { (side, $0) }
    }
    notes = ComparisonNotes.all(sides, matched, ofKinds: ofKinds)
  }

  var fingerprint: Fingerprint {
    Fingerprint(sides, cells: matched.compared + matched.unmatched, experiments: experiments)
  }

  /// Whether something is slower by more than the threshold.
  var findsSlower: Bool { comparison.pairs.contains { $0.cells.contains { $0?.verdict == .slower } } }

  var threshold: String { Decimal.significant(100 * comparison.rules.threshold, 3) + " %" }
}

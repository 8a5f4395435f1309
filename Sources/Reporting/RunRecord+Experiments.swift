import Machine
import Measurement

/// What a record takes over from its experiments as they go.
extension RunRecord {
  /// - Parameter rows: the experiment's.
  package mutating func update<Experiment: ReportedExperiment>(
    from experiment: Experiment, _ rows: [Experiment.Row]
  ) {
    take(experiment.clock)
    take(
      Experiment.id, experiment.end, experiment.budget, experiment.warnings, experiment.skipped)
    experiment.note(rows, in: &self)
  }

  /// Adds pairs that are not there yet.
  mutating func add(_ sites: [PairSite]) {
    let known = pairs ?? []
    let contradictions = PairSite.contradictions(sites)
    pairs =
      known
      + sites.filter { site in !known.contains { $0.pair == site.pair } }.map {
        Pair($0, relationSource: machine.relationSource, contradiction: contradictions[$0.pair])
      }
  }

  private mutating func take(
    _ id: ExperimentId, _ end: ExperimentEnd, _ budget: BusBudget, _ found: [RunWarning],
    _ left: [(what: String, reason: String)]
  ) {
    ends[id.rawValue] = end
    locked[id] = LockedTime(
      budgetSeconds: budget.limit, spentSeconds: budget.spent, splitLocks: budget.operations)
    lockedTime = LockedTime(
      budgetSeconds: parameters.budgetSeconds, spentSeconds: locked.values.reduce(0) { $0 + $1.spentSeconds },
      splitLocks: locked.values.reduce(0) { $0 + $1.splitLocks })
    warningsBy[id] = found
    warnings = RunWarning.merged(ExperimentId.allCases.map { warningsBy[$0] ?? [] } + [warningsOfAll])
    for (what, reason) in left where !skipped.contains(Skipped(what: what, reason: reason)) {
      skipped.append(Skipped(what: what, reason: reason))
    }
  }

  private mutating func take(_ clock: TscClock) {
    let rate = clock.ticksPerNanosecond
    self.clock = Clock(tscTicksPerNanosecond: rate.value, relativeError: rate.relativeError)
  }
}

import Machine
import Measurement

/// What a record takes over from its experiments as they go.
extension RunRecord {
  public mutating func update(from experiment: CostExperiment) {
    take(experiment.clock)
    cpus = experiment.cpuFindings
    let tally = experiment.tally
    disturbance = DisturbanceSummary(
      rule: DisturbanceRule.inWords, disturbedShare: tally.disturbedShare,
      groupsByCause: Dictionary(
        uniqueKeysWithValues: tally.groupsByCause.map { ($0.key.rawValue, $0.value) }),
      corePerTscLow: tally.frequencyRange?.low, corePerTscHigh: tally.frequencyRange?.high,
      stolenClockTicks: experiment.stolenTicks, smis: experiment.smis)
    roundsDone = experiment.roundsDone
    headlines = experiment.headlines
    unmeasured = experiment.unmeasured.map { Skipped(what: $0.cell.description, reason: $0.reason) }
    take(.cost, experiment.end, experiment.budget, experiment.warnings, [])
  }

  public mutating func update(from experiment: PingPongExperiment) {
    take(experiment.clock)
    take(experiment.sites)
    take(.pingpong, experiment.end, experiment.budget, experiment.warnings, experiment.skipped)
  }

  public mutating func update(from experiment: BystanderExperiment, rows: [BystanderRow]) {
    take(experiment.clock)
    take(experiment.sites)
    victimMemory = experiment.victimSizes
    doseCurves = experiment.doseCurves(rows)
    take(.bystander, experiment.end, experiment.budget, experiment.warnings, experiment.skipped)
  }

  public mutating func update(from experiment: ScalingExperiment) {
    take(experiment.clock)
    take(.scaling, experiment.end, experiment.budget, experiment.warnings, experiment.skipped)
  }

  public mutating func update(from experiment: TrapExperiment) {
    take(experiment.clock)
    disagreements = experiment.disagreements.map { Skipped(what: "CPU \($0.cpu)", reason: $0.what) }
    judgedPolicy = experiment.judgedPolicy
    dutyCycles = experiment.dutyCycles.isEmpty ? nil : experiment.dutyCycles
    take(.trap, experiment.end, experiment.budget, experiment.warnings, experiment.skipped)
  }

  public mutating func update(from experiment: ScopeExperiment) {
    take(experiment.clock)
    scopes = experiment.findings
    take(.scope, experiment.end, experiment.budget, experiment.warnings, experiment.skipped)
  }

  public mutating func update(from experiment: SettingsExperiment) {
    take(experiment.clock)
    take(.settings, experiment.end, experiment.budget, experiment.warnings, experiment.skipped)
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
    warnings = RunWarning.merged(ExperimentId.allCases.map { warningsBy[$0] ?? [] })
    for (what, reason) in left where !skipped.contains(Skipped(what: what, reason: reason)) {
      skipped.append(Skipped(what: what, reason: reason))
    }
  }

  private mutating func take(_ clock: TscClock) {
    let rate = clock.ticksPerNanosecond
    self.clock = Clock(tscTicksPerNanosecond: rate.value, relativeError: rate.relativeError)
  }

  private mutating func take(_ sites: [PairSite]) {
    let known = pairs ?? []
    let contradictions = PairSite.contradictions(sites)
    pairs =
      known
      + sites.filter { site in !known.contains { $0.pair == site.pair } }.map {
        Pair($0, relationSource: relationSource, contradiction: contradictions[$0.pair])
      }
  }
}

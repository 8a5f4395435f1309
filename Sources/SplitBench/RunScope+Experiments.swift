import Measurement

/// What the flags come to, together.
extension RunScope {
  /// The plan that was chosen, with the bounds that were given.
  var boundedPlan: Plan {
    var plan = Plan(self.plan)
    if let budget { plan.budget = budget }
    if let rounds {
      plan.rounds = rounds
      plan.mostRounds = rounds
      plan.givenRounds = rounds
    }
    return plan
  }

  /// Those of `--only`, or those that the narrowing flags are for, or all.
  func experiments() throws(UselessOption) -> [ExperimentId] {
    let cellFlags = ["--instruction", "--width", "--placement", "--offset"]
    let bystanderFlags = ["--victim", "--victim-node"]
    if let only = only?.elements {
      if narrowsCells, !only.contains(.cost) {
        throw UselessOption(flags: cellFlags, experiment: .cost)
      }
      if narrowsBystanders, !only.contains(.bystander) {
        throw UselessOption(flags: bystanderFlags, experiment: .bystander)
      }
      if allPairs, !only.contains(.bystander), !only.contains(.pingpong) {
        throw UselessOption(flags: ["--all-pairs"], experiment: .bystander)
      }
      if settings != nil, !only.contains(.settings) {
        throw UselessOption(flags: ["--settings"], experiment: .settings)
      }
      return ExperimentId.allCases.filter(only.contains)
    }
    let narrowed: [ExperimentId] =
      (narrowsCells ? [.cost] : []) + (narrowsBystanders ? [.bystander] : [])
      + (settings == nil ? [] : [.settings])
    return narrowed.isEmpty ? ExperimentId.harmless : narrowed
  }
}

/// Flags for an experiment that `--only` leaves out.
struct UselessOption: UsageError, CustomStringConvertible {
  let flags: [String]
  let experiment: ExperimentId
  var description: String {
    "\(flags.joined(separator: ", ")): for \(experiment.rawValue), which --only leaves out"
  }
}

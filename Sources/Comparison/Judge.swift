import RealModule

/// From ratio and adjusted p to a verdict.
struct Judge {
  let rules: Rules
  /// How many tests p was adjusted to.
  let tests: Int

  /// Of machines: the run is the unit.
  func machines(_ test: WelchTest, adjustedP: Double, largerIsSlower: Bool) -> Verdict {
    let ratio = test.ratio
    let limit = Double.log(onePlus: rules.threshold)
    let differs = adjustedP <= rules.alpha
    if differs, test.difference.magnitude > limit {
      return (test.difference > 0) == largerIsSlower ? .slower : .faster
    }
    if Double.log(ratio.low!) >= -limit, Double.log(ratio.high!) <= limit { return .same }
    if differs { return .undecided(.perhapsSmall) }
    if test.leastP * Double(tests) > rules.alpha {
      return .undecided(.steps(runs: Orders.runs(tests: tests, alpha: rules.alpha)))
    }
    return .undecided(.tooNoisy(runs: Detectable.runs(for: limit, test, rules, tests: tests)))
  }

  /// Of two runs: the round is the unit.
  func runs(adjustedP: Double) -> Verdict {
    adjustedP <= rules.alpha ? .runsDiffer : .undecided(.roundsAgree)
  }
}

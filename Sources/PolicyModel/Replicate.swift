/// One replicate under a policy.
public struct Replicate: Sendable, Equatable {
  public var tally: Tally
  /// The same with what was not measured at its least, and at its most; where that takes less than a hundredth of the offenders' time, the
  /// tally itself.
  public var least: Tally
  public var most: Tally

  init(_ tally: Tally) { (self.tally, least, most) = (tally, tally, tally) }

  /// Between which a value lies, as far as it is known; nil: there is none.
  public func range(of value: (Tally) -> Int?) -> ClosedRange<Int>? { [tally, least, most].range(of: value) }
}

extension ReplicateSummary {
  /// Between which a value of all replicates together lies.
  public func range(of value: (Tally) -> Int?) -> ClosedRange<Int>? { [total, least, most].range(of: value) }
}

extension [Tally] {
  fileprivate func range(of value: (Tally) -> Int?) -> ClosedRange<Int>? {
    let values = compactMap(value)
    guard let low = values.min(), let high = values.max() else { return nil }
    return low...high
  }
}

extension PolicyChoice {
  /// Simulates one replicate, and again at the ends of costs that were not measured, where they matter.
  ///
  /// - Parameter costs: with what the scenario states of its own.
  public func replicate(_ scenario: Scenario, _ costs: Costs, seed: UInt64, number: Int) -> Replicate {
    var found = Replicate(tally(scenario, costs, seed: seed, replicate: number))
    guard found.tally.unsure > found.tally.worked / 100 else { return found }
    let ends = costs.ends.map { tally(scenario, $0, seed: seed, replicate: number) }
    (found.least, found.most) = (ends[0], ends[1])
    return found
  }
}

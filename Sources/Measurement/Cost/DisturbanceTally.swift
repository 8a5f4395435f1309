/// How disturbed a run was.
public struct DisturbanceTally: Sendable {
  /// Groups of samples that each disturbance was found in.
  public private(set) var groupsByCause: [Disturbance: Int] = [:]
  private var disturbedGroups = 0
  private var frequencies: [Double] = []

  mutating func add(_ group: Group) {
    frequencies.append(group.corePerTick)
    if !group.disturbances.isEmpty { disturbedGroups += 1 }
    for cause in group.disturbances { groupsByCause[cause, default: 0] += 1 }
  }

  /// Share of the groups of samples that were disturbed, 0 to 1.
  public var disturbedShare: Double {
    frequencies.isEmpty ? 0 : Double(disturbedGroups) / Double(frequencies.count)
  }

  /// The 5th and the 95th percentile of core cycles a TSC tick.
  public var frequencyRange: (low: Double, high: Double)? {
    let sorted = frequencies.sorted()
    guard let low = Order.quantile(0.05, ofSorted: sorted),
      let high = Order.quantile(0.95, ofSorted: sorted)
    else { return nil }
    return (low, high)
  }
}

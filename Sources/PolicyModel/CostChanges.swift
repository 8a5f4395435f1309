/// Costs that a scenario states itself.
public struct CostChanges: Sendable, Equatable {
  public var splitLockNs: Int?
  public var alignmentCheckNs: Int?
  public var busLockTrapNs: Int?
  public var msrWriteNs: Int?
  public var vmExitNs: Int?

  public init() {}
}

extension Costs {
  /// These, but what a scenario states of its own.
  public func changed(by changes: CostChanges) -> Costs {
    func change(_ cost: inout Cost, _ ns: Int?) {
      if let ns { cost = Cost(ns: ns, source: "scenario") }
    }
    var costs = self
    change(&costs.splitLock, changes.splitLockNs)
    change(&costs.alignmentCheck, changes.alignmentCheckNs)
    change(&costs.busLockTrap, changes.busLockTrapNs)
    change(&costs.msrWrite, changes.msrWriteNs)
    change(&costs.vmExit, changes.vmExitNs)
    return costs
  }

  /// All that was not measured at its least, and all at its most.
  var ends: [Costs] { [\ClosedRange<Int>.lowerBound, \.upperBound].map(at) }

  private func at(_ end: KeyPath<ClosedRange<Int>, Int>) -> Costs {
    var costs = self
    for cost in [\Costs.splitLock, \.alignmentCheck, \.busLockTrap, \.msrWrite, \.vmExit] {
      costs[keyPath: cost].ns = costs[keyPath: cost].range[keyPath: end]
    }
    return costs
  }
}

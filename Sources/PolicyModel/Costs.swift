/// What things cost, in ns, with where each number comes from.
public struct Costs: Sendable, Equatable {
  public struct Cost: Sendable, Equatable {
    public var ns: Int
    public var source: String

    public init(ns: Int, source: String) { (self.ns, self.source) = (ns, source) }
  }

  /// The run that was measured.
  public var run: String
  /// A split lock that nothing hinders; the bus is locked meanwhile.
  public var splitLock: Cost
  /// From the instruction into Linux and back. What can be measured is a signal's handler and back: an upper bound.
  public var trap: Cost
  /// A write of MSR 0x33.
  public var msrWrite: Cost
  /// From a guest to KVM and back.
  public var vmExit: Cost
  /// Share of its speed that a bystander loses while the bus is locked, in millionths, by victim: k of the dose curve
  /// throughput = 1 - k x locked share.
  public var stallShares: [String: Int]

  public init(run: String, splitLock: Cost, trap: Cost, stallShares: [String: Int]) {
    (self.run, self.splitLock, self.trap, self.stallShares) = (run, splitLock, trap, stallShares)
    msrWrite = Cost(ns: 500, source: "assumed")
    vmExit = Cost(ns: 1500, source: "assumed")
  }

  /// The victim that loses most; of two alike the first by name.
  var worstVictim: String? {
    stallShares.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  /// Slow-down of a victim while the bus is locked for a share of the time, both in millionths; a bus locked all the time leaves it a
  /// thousandth of its speed at least.
  public func slowdown(of victim: String, lockedShare: Int) -> Int? {
    guard let share = stallShares[victim] else { return nil }
    let lost = Fixed.scaled(max(0, share), by: min(lockedShare, Fixed.million), over: Fixed.million)
    return Fixed.scaled(Fixed.million, by: Fixed.million, over: max(1000, Fixed.million - lost))
  }
}

/// Costs that a scenario states itself.
public struct CostChanges: Sendable, Equatable {
  public var splitLockNs: Int?
  public var trapNs: Int?
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
    change(&costs.trap, changes.trapNs)
    change(&costs.msrWrite, changes.msrWriteNs)
    change(&costs.vmExit, changes.vmExitNs)
    return costs
  }
}

extension Costs {
  /// The victim whose slow-down a scenario asks for.
  public func victim(of scenario: Scenario) -> String? { scenario.bystander ?? worstVictim }

  /// Each cost with where it comes from, for people.
  public var sources: [String] {
    [("split lock", splitLock), ("trap", trap), ("MSR write", msrWrite), ("VM exit", vmExit)].map {
      "\($0) \($1.ns) ns (\($1.source))"
    }
  }
}

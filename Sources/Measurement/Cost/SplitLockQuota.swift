import LockKernels

/// Who may take how many bus locks: shares the budget out between headline cells, other cells and rounds.
struct SplitLockQuota {
  private(set) var budget: BusBudget
  private let plan: Plan
  /// Native cost of one operation in seconds, as far as known.
  private var costs: [Cell: Double] = [:]
  /// What the dose ramp saw, by CPU and placement, in seconds.
  private var firstSeen: [Site: Double] = [:]
  /// Seconds that each cell but the headlines has in this round.
  private var share = 0.0

  private struct Site: Hashable {
    var cpu: Int
    var placement: Placement
  }

  init(plan: Plan) {
    self.plan = plan
    budget = BusBudget(limit: plan.budget)
  }

  /// How many times the ramp's cost a cell's may be: above it a disturbed sample would starve the cell.
  private static let dearest = 4.0
  /// The largest part of the budget kept for headline cells.
  private static let headlineShare = 0.3

  // MARK: Costs

  mutating func learnFirst(cpu: Int, placement: Placement, seconds: Double) {
    firstSeen[Site(cpu: cpu, placement: placement)] = seconds
  }

  /// Takes over the cost of a group that nothing disturbed.
  mutating func learn(_ cell: Cell, seconds: Double) {
    let first = firstSeen[Site(cpu: cell.cpu, placement: cell.placement)] ?? seconds
    costs[cell] = min(seconds, first * SplitLockQuota.dearest)
  }

  func cost(of cell: Cell) -> Double {
    costs[cell] ?? firstSeen[Site(cpu: cell.cpu, placement: cell.placement)]
      ?? DoseResponse.assumedSeconds
  }

  mutating func book(operations: Int, cost: Double, at now: Double) {
    budget.book(operations: operations, cost: cost, at: now)
  }

  // MARK: Shares

  /// Shares out what is left, to all cells, over the full rounds that are left.
  mutating func beginRound(_ records: [CellRecord], roundsLeft: Double) {
    let split = records.filter { $0.cell.takesBusLock }
    let reserved = split.filter(\.isHeadline).reduce(0.0) {
      $0 + Double(max(0, plan.headlineBusLocks - $1.busLocks)) * cost(of: $1.cell)
    }
    let others = split.count { !$0.isHeadline }
    let free = max(0, budget.left - min(reserved, budget.limit * SplitLockQuota.headlineShare))
    share = free / max(1, roundsLeft) / Double(max(1, others))
  }

  /// How many samples and singles a cell that takes bus locks may have now; nil if it sits this round out.
  ///
  /// - Parameters:
  ///   - busLocks: what the cell would take with some numbers of samples and singles.
  ///   - draw: 0..<1; decides whether a cell whose share is less than one sample is measured now.
  func grant(
    _ record: CellRecord, draw: Double, busLocks: (_ samples: Int, _ singles: Int) -> Int
  ) -> (samples: Int, singles: Int)? {
    let hasSingles = record.cell.lineState == .hot && record.cell.between == .nothing
    let singles = hasSingles ? plan.singlesPerRound : 0
    let cost = cost(of: record.cell)
    let least = busLocks(1, 0)
    var operations = budget.burst(ofCost: cost)
    if record.isHeadline {
      // One sample a visit: many visits say more than many samples.
      operations = min(operations, plan.headlineBusLocks - record.busLocks, busLocks(1, singles))
    } else {
      // A share too small for one sample is saved up: the cell is measured in some rounds only.
      let mine = share / cost
      let granted = mine >= Double(least) ? Int(mine) : draw < mine / Double(least) ? least : 0
      operations = min(operations, granted)
    }
    guard operations >= least else { return nil }
    for samples in stride(from: plan.samplesPerRound, through: 1, by: -1) {
      for singles in [singles, singles / 2, 0] where busLocks(samples, singles) <= operations {
        return (samples, singles)
      }
    }
    return nil
  }
}

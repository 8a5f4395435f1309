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

  /// How many operations a cell that takes bus locks may time one by one now, beside its one sample; nil if it sits this
  /// round out. One sample a visit, whatever is left: a split lock costs more late in a burst than early, so bursts of one
  /// length keep cells comparable, and many visits say more than many samples.
  ///
  /// - Parameters:
  ///   - busLocks: what the cell would take with one sample and some number of singles.
  ///   - draw: 0..<1; decides whether a cell whose share is less than one sample is measured now.
  func grant(_ record: CellRecord, draw: Double, busLocks: (_ singles: Int) -> Int) -> Int? {
    let hasSingles = record.cell.lineState == .hot && record.cell.between == .nothing
    let singles = hasSingles ? plan.singlesPerRound : 0
    let cost = cost(of: record.cell)
    let least = busLocks(0)
    var operations = budget.burst(ofCost: cost)
    if record.isHeadline {
      operations = min(operations, plan.headlineBusLocks - record.busLocks)
    } else {
      // A share too small for one sample is saved up: the cell is measured in some rounds only.
      let mine = share / cost
      let granted = mine >= Double(least) ? Int(mine) : draw < mine / Double(least) ? least : 0
      operations = min(operations, granted)
    }
    return [singles, singles / 2, 0].first { busLocks($0) <= operations }
  }
}

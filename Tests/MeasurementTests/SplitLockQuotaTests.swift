import LockKernels
import Testing

@testable import Measurement

@Suite struct SplitLockQuotaTests {
  private let cell = Cell(
    kernel: Kernel(.sub, widthBytes: 8, locked: true)!, placement: .lineSplit, offset: 60, cpu: 0)

  private func quota(budget: Double) -> SplitLockQuota {
    var plan = Plan(.quick)
    plan.budget = budget
    plan.singlesPerRound = 8
    var quota = SplitLockQuota(plan: plan)
    quota.learnFirst(cpu: 0, placement: .lineSplit, seconds: 1e-6)
    return quota
  }

  private func busLocks(_ singles: Int) -> Int { 65 + singles }

  @Test func cellsShareEqually() {
    let records = (0..<10).map { CellRecord(cell: cell, index: $0, isHeadline: false) }
    for (budget, singles) in [(0.01, 8), (0.0035, 4), (0.0033, 0)] {
      var quota = quota(budget: budget)
      quota.beginRound(records, roundsLeft: 5)
      #expect(
        quota.grant(records[0], draw: 0.99, busLocks: busLocks) == singles, "of \(budget) s in 50 parts")
    }
  }

  @Test(arguments: [(0.2, true), (0.5, false)])
  func aShareTooSmallForASampleIsSavedUp(draw: Double, measured: Bool) {
    var quota = quota(budget: 0.0001)
    let record = CellRecord(cell: cell, index: 0, isHeadline: false)
    quota.beginRound([record], roundsLeft: 4)
    #expect((quota.grant(record, draw: draw, busLocks: busLocks) != nil) == measured, "25 of 65 us")
  }

  @Test func nothingIsGrantedBeyondTheBudget() {
    var quota = quota(budget: 0.001)
    quota.book(operations: 1000, cost: 1e-6, at: 0)
    let record = CellRecord(cell: cell, index: 0, isHeadline: true)
    #expect(quota.grant(record, draw: 0, busLocks: busLocks) == nil)
  }

  @Test func oneDisturbedSampleDoesNotStarveACell() {
    var quota = quota(budget: 1)
    quota.learn(cell, seconds: 0.010)
    #expect(quota.cost(of: cell) == 4e-6)
    let record = CellRecord(cell: cell, index: 0, isHeadline: true)
    #expect(quota.grant(record, draw: 0, busLocks: busLocks) != nil)
  }

  @Test func headlinesAreKeptAPart() {
    var quota = quota(budget: 0.1)
    var headline = CellRecord(cell: cell, index: 0, isHeadline: true)
    let other = CellRecord(cell: cell, index: 1, isHeadline: false)
    quota.beginRound([headline, other], roundsLeft: 1)
    #expect(quota.grant(headline, draw: 0, busLocks: busLocks) == 8)
    var group = Group(round: 0, sequence: 0)
    group.operations = 20_000
    headline.add(group)
    #expect(quota.grant(headline, draw: 0, busLocks: busLocks) == nil, "its bus locks are used up")
  }
}

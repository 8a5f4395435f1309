import Testing

@testable import Measurement

@Suite struct BusBudgetTests {
  @Test func booksOperationsTimesCost() {
    var budget = BusBudget(limit: 1)
    budget.book(operations: 1000, cost: 1e-6, at: 5)
    #expect(abs(budget.spent - 0.001) < 1e-12)
    #expect(budget.operations == 1000)
  }

  @Test func restsAsLongAsTheBusWasLocked() {
    var budget = BusBudget(limit: 1)
    budget.book(operations: 5000, cost: 1e-6, at: 10)
    #expect(abs(budget.rest(at: 10) - 0.005) < 1e-9)
    #expect(abs(budget.rest(at: 10.004) - 0.001) < 1e-9)
    #expect(budget.rest(at: 11) == 0)
  }

  @Test func noBurstIsLongerThanTenMilliseconds() {
    let budget = BusBudget(limit: 100)
    #expect(budget.burst(ofCost: 1e-6) == 10_000)
    #expect(budget.burst(ofCost: 0.02) == 0)
  }

  @Test func nothingIsGrantedBeyondTheLimit() {
    var budget = BusBudget(limit: 0.002)
    #expect(budget.burst(ofCost: 1e-6) == 1800, "a tenth is kept for what turns out dearer")
    budget.book(operations: 2000, cost: 1e-6, at: 0)
    #expect(budget.left == 0)
    #expect(budget.burst(ofCost: 1e-6) == 0)
  }
}

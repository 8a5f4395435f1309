import Testing

@testable import Measurement

@Suite struct TrapPlanTests {
  @Test func theFirstCpuIsTriedMost() {
    let plan = TrapPlan(cpus: [3, 0, 1], share: .init(rounds: 1, budget: 1, wallLimit: 10))
    let byCpu = Dictionary(grouping: plan.cells, by: \.cpu).mapValues(\.count)
    #expect(byCpu[3]! > 20 && byCpu[0] == 4 && byCpu[1] == 4)
    for cell in plan.cells where cell.takesBusLock {
      #expect(Double(plan.trials(cell)) * 7e-6 <= Plan.longestBurst, "7 us is the dearest known")
    }
  }
}

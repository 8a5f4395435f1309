import Testing

@testable import Measurement

@Suite struct PlanTests {
  @Test func plansKeepTheirBounds() {
    #expect(Plan(.quick).budget == 0.5 && Plan(.quick).wallLimit == 10)
    #expect(Plan(.standard).budget == 2 && Plan(.standard).wallLimit == 60)
    #expect(Plan(.thorough).budget == 20)
    #expect(Plan(.standard).rounds >= 15)
  }
}

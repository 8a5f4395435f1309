import RealModule
import Testing

@testable import Comparison

@Suite struct SelfCheckTests {
  private func check(_ logs: RunLogs) -> SelfCheck? {
    SelfCheck(logs, families: [Array(0..<logs.cells)], rules: Rules())
  }

  /// 6 choose 3, over 2; of seven runs one is left out.
  @Test(arguments: [(6, 10), (7, 70), (8, 35), (20, 200)])
  func splitsAreDifferentHalves(runs: Int, count: Int) {
    let splits = SelfCheck.splits(of: runs, most: 200, seed: 1)
    #expect(splits.count == count && Set(splits).count == count)
    for split in splits {
      #expect(split.first.count == runs / 2 && split.second.count == runs / 2)
      #expect(Set(split.first).isDisjoint(with: split.second))
    }
  }

  @Test func sixRunsAreTheFewest() {
    var random = Random(4)
    #expect(check(random.side(spreads: [0.1, 0.1], shared: 0, runs: 5)) == nil)
    #expect(check(random.side(spreads: [0.1, 0.1], shared: 0, runs: 6))?.runsASide == 3)
  }

  @Test func aSteadyMachineMakesFewFalseClaims() throws {
    var random = Random(6)
    let found = try #require(
      check(random.side(spreads: Array(repeating: 0.03, count: 50), shared: 0.3, runs: 16)))
    #expect(!found.claimsTooOften(Rules()) && found.driftingCells == 0)
    #expect(found.cellRate > 0.01 && found.cellRate < 0.1)
    // 3 % of spread in 8 against 8, or here 16 against 16 runs: some percent.
    #expect(found.detectable.inHalf > 0.02 && found.detectable.inHalf < 0.08)
  }

  @Test func driftIsSeen() throws {
    var random = Random(8)
    let steady = random.side(spreads: Array(repeating: 0.01, count: 20), shared: 0, runs: 12)
    let drifting = RunLogs(
      runs: 12,
      values: (0..<20).flatMap { cell in steady.of(cell).enumerated().map { $1 + ($0 < 6 ? 0 : 0.2) } })
    #expect(try #require(check(drifting)).driftingCells == 20)
    #expect(try #require(check(steady)).driftingCells == 0)
  }
}

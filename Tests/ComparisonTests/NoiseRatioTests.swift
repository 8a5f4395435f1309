import Testing

@testable import Comparison

@Suite struct NoiseRatioTests {
  private func summaries(_ variances: [Double], runs: Int) -> [RunSummary] {
    variances.map { variance in
      var summary = RunSummary(ArraySlice(repeating: 0, count: runs))
      summary.variance = variance
      return summary
    }
  }

  @Test func sidesAsNoisyAsEachOtherKeepAllDegreesOfFreedom() {
    let even = Array(zip(summaries([1, 2, 3, 4], runs: 5), summaries([1, 2, 3, 4], runs: 5)))
    #expect(abs(NoiseRatio(even.map { (a: $0, b: $1) }).mostDegrees(5, 5) - 8) < 1e-9)
  }

  @Test func aNoisySideLeavesItsOwn() {
    let pairs = zip(summaries([1, 2, 3, 4], runs: 10), summaries([1e4, 2e4, 3e4, 4e4], runs: 3))
    let noise = NoiseRatio(pairs.map { (a: $0, b: $1) })
    #expect(noise.mostDegrees(10, 3) < 2.01)
  }

  /// Half of the cells are noisier here, half there.
  @Test func scatterOfTheRatioCounts() {
    let pairs = zip(summaries([1, 1e4, 1, 1e4], runs: 5), summaries([1e4, 1, 1e4, 1], runs: 5))
    let noise = NoiseRatio(pairs.map { (a: $0, b: $1) })
    #expect(abs(noise.typical) < 1e-9 && noise.scatter > 9)
    #expect(noise.mostDegrees(5, 5) < 4.01)
  }

  @Test func nothingIsKnownFromOneCellOrWithoutSpread() {
    let one = zip(summaries([1], runs: 4), summaries([100], runs: 4)).map { (a: $0, b: $1) }
    #expect(NoiseRatio(one).mostDegrees(4, 4) == 6)
    #expect(NoiseRatio([]).mostDegrees(3, 3) == 4)
    let still = zip(summaries([0, 0], runs: 4), summaries([0, 1], runs: 4)).map { (a: $0, b: $1) }
    #expect(NoiseRatio(still).mostDegrees(4, 4) == 6)
  }
}

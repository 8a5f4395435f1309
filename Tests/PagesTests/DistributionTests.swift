import Testing

@testable import Pages

@Suite struct DistributionTests {
  /// The share of `values` that is not above `value`.
  private func share(_ values: [Double], _ value: Double) -> Double {
    Double(values.count { $0 <= value }) / Double(values.count)
  }

  @Test func fewValuesAreAllThere() throws {
    let steps = try #require(Distribution([3, 1, 2], most: 240)).steps
    #expect(
      steps == [.init(value: 1, share: 1.0 / 3), .init(value: 2, share: 2.0 / 3), .init(value: 3, share: 1)])
  }

  @Test func valuesThatHaveNoPlaceDoNotCount() throws {
    #expect(Distribution([], most: 240) == nil && Distribution([0, -1, .nan, .infinity], most: 240) == nil)
    #expect(try #require(Distribution([-1, 5, .nan], most: 240)).count == 1)
  }

  /// A thinned curve lies nowhere further from the whole one than a hundredth of the plot.
  @Test(arguments: [1, 2, 3])
  func aThinnedCurveIsTheSameToTheEye(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    let values = (0..<20_000).map { index -> Double in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = Double(state >> 11) / Double(1 << 53)
      return index % 50 == 0 ? 1e7 * (1 + noise / 10) : 1000 + 400 * noise * noise
    }
    let distribution = try #require(Distribution(values, most: 240))
    #expect(distribution.count == 20_000 && (100..<300).contains(distribution.steps.count))
    #expect(try #require(Distribution(values, most: 40)).steps.count < 60)
    for step in distribution.steps { #expect(abs(share(values, step.value) - step.share) < 1e-12) }
    for (step, next) in zip(distribution.steps, distribution.steps.dropFirst()) {
      #expect(step.value <= next.value && next.share > step.share)
      // Drawn level until the next step: what is left out between must be little, or lie close to it.
      let isNear = next.value / step.value < 1.2
      #expect(isNear || share(values, next.value.nextDown) - step.share < 0.01)
    }
  }

  /// In warn mode most operations take a microsecond, and a few ten milliseconds: both humps are there, and the gap is empty.
  /// A few that came out far too small do not take the plot's room; those far to the right do.
  @Test func thePlotBeginsBehindTheLowestHundredth() throws {
    let values = Array(repeating: 0.01, count: 5) + (0..<990).map { 100 + Double($0) / 100 } + [1e6]
    let ends = try #require(Distribution(values, most: 100)).shownEnds
    #expect(ends[0] >= 100 && ends[0] < 101 && ends[1] == 1e6)
    #expect(try #require(Distribution([3], most: 100)).shownEnds == [3, 3])
  }

  @Test func twoHumpsStayTwo() throws {
    let delays = [11e6, 13e6, 16e6, 20e6]
    let values = (0..<1676).map { Double(1100 + $0 % 97) } + delays
    let steps = Distribution(values, most: 240)?.steps ?? []
    let low = steps.filter { $0.value < 1e5 }
    let high = steps.filter { $0.value > 1e6 }
    #expect(low.count + high.count == steps.count)
    #expect(high.map(\.value) == delays, "each delay, few as they are, is a step")
    #expect(abs((low.last?.share ?? 0) - 1676.0 / 1680) < 1e-12)
  }
}

import Machine
import Testing

@testable import Measurement

@Suite struct PairCheckTests {
  @Test func theFastestTripGivesTheOffset() throws {
    // The other clock is 1,000 ticks ahead; the way there and back takes the same time, once with a gap.
    let trips = [
      PairCheck.Trip(sent: 10_000, answered: 11_100, received: 10_200),
      PairCheck.Trip(sent: 20_000, answered: 29_000, received: 28_100),
      PairCheck.Trip(sent: 30_000, answered: 31_110, received: 30_220),
    ]
    let check = try #require(PairCheck(trips: trips, throughputShare: 1))
    #expect(check.tscOffsetTicks == 1000 && check.tscOffsetErrorTicks == 100)
    #expect(check.oneWayTicks == 110, "the median trip")
  }

  @Test(arguments: [(0.5, true), (0.74, true), (0.76, false), (1.0, false)])
  func aSharedCoreShows(share: Double, shared: Bool) throws {
    let trip = PairCheck.Trip(sent: 0, answered: 1, received: 2)
    #expect(try #require(PairCheck(trips: [trip], throughputShare: share)).sharesCore == shared)
  }

  @Test func twoRealCpusAnswer() throws {
    let cpus = try Topology.ofThisMachine().cpus
    guard cpus.count > 1 else { return }
    let check = try CpuPin.pinned(to: cpus.last!.id) {
      PairCheck.run(otherCpu: cpus.first!.id, clock: TscClock(milliseconds: 5))
    }
    // A busy machine may let it time out; an answer must make sense.
    guard let check else { return }
    #expect(check.oneWayTicks > 0 && check.tscOffsetErrorTicks > 0)
    #expect(check.throughputShare > 0.1)
  }
}

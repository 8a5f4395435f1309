import Machine
import Testing

@testable import Measurement

@Suite struct PairSiteTests {
  private func site(_ relation: Relation, trip: UInt64, throughput: Double = 1) -> PairSite {
    PairSite(
      pair: RelatedPair(victim: 0, aggressor: 1, relation: relation),
      check: PairCheck(
        trips: [.init(sent: 0, answered: trip / 2, received: trip)], throughputShare: throughput)!,
      ramp: DoseResponse(behaviour: .completed, nativeTicks: 1000, longestTicks: 1000, operations: 1))
  }

  @Test func aTopologyThatFitsIsNotDoubted() {
    let sites = [
      site(.smtSibling, trip: 60, throughput: 0.5), site(.sameL3, trip: 200), site(.otherPackage, trip: 900),
    ]
    #expect(PairSite.contradictions(sites).isEmpty)
  }

  @Test(
    arguments: [
      (Relation.sameL3, 0.5, "which the topology denies"), (.smtSibling, 1.0, "do not slow each other"),
    ]
      as [(Relation, Double, String)])
  func aCoreSharedOrNotContradicts(relation: Relation, throughput: Double, says: String) {
    let found = PairSite.contradictions([site(relation, trip: 100, throughput: throughput)])
    #expect(found.count == 1 && found[0].contains(says))
  }

  @Test func closeCpusThatTalkSlowlyContradict() {
    let found = PairSite.contradictions([site(.sameL3, trip: 900), site(.otherPackage, trip: 300)])
    #expect(found.count == 1 && found[0].contains("same-l3") && found[0].contains("other-package"))
  }
}

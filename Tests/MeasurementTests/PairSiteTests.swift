import Machine
import Testing

@testable import Measurement

@Suite struct PairSiteTests {
  private let response = DoseResponse(
    behaviour: .completed, nativeTicks: 1000, longestTicks: 1000, operations: 1)

  private func site(
    _ relation: Relation, trip: UInt64, throughput: Double = 1, kind: CoreKind = .uniform
  ) -> PairSite {
    PairSite(
      pair: RelatedPair(
        victim: Int(trip), aggressor: 1, relation: relation, victimKind: kind, aggressorKind: kind),
      check: PairCheck(
        trips: [.init(sent: 0, answered: trip / 2, received: trip)], throughputShare: throughput)!,
      victimRamp: .init(line: response, page: response), aggressorRamp: .init(line: response, page: response))
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
    #expect(found.count == 1 && found.values.first!.contains(says))
  }

  @Test func closeCpusThatTalkSlowlyContradict() {
    let found = PairSite.contradictions([site(.sameL3, trip: 900), site(.otherPackage, trip: 300)])
    let text = found.values.first ?? ""
    #expect(found.count == 1 && text.contains("same-l3") && text.contains("other-package"))
    let kinds = [site(.sameL2, trip: 900, kind: .efficiency), site(.sameL3, trip: 300, kind: .performance)]
    #expect(PairSite.contradictions(kinds).isEmpty, "cores of different kinds have ways of their own")
  }
}

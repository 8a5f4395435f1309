import Testing

@testable import Machine

@Suite struct RelatedPairTests {
  struct Machine: Sendable {
    var name: String
    var description: String
    var forbidden: Set<Int> = []
    var efficiency: Set<Int> = []
    /// Relations of the representative pairs, in order.
    var relations: [Relation]
  }

  static let machines = [
    Machine(name: "1 CPU", description: "pu:1", relations: []),
    Machine(name: "2 CPUs", description: "l3:1 core:2 pu:1", relations: [.sameL3]),
    Machine(
      name: "SMT laptop", description: "pack:1 l3:1 l2:4 core:1 pu:2", relations: [.smtSibling, .sameL3]),
    Machine(
      name: "2 sockets, 128 cores, SMT", description: "pack:2 l3:8 l2:8 core:1 pu:2",
      relations: [.smtSibling, .sameL3, .samePackage, .otherPackage]),
    Machine(
      name: "2 sockets with clusters", description: "pack:2 l3:2 l2:2 core:4 pu:1",
      relations: [.sameL2, .sameL3, .samePackage, .otherPackage]),
    Machine(
      name: "a cgroup with a hole", description: "pack:1 l3:1 core:4 pu:2", forbidden: [1, 2, 3],
      relations: [.smtSibling, .sameL3]),
    Machine(
      name: "a cgroup without siblings", description: "pack:1 l3:1 core:4 pu:2", forbidden: [1, 3, 5, 7],
      relations: [.sameL3]),
  ]

  @Test(arguments: machines)
  func onePairStandsForEveryRelation(machine: Machine) throws {
    let topology = try Topology.synthetic(machine.description, allowed: { !machine.forbidden.contains($0) })
    let pairs = topology.representativePairs()
    #expect(pairs.map(\.relation) == machine.relations, "\(machine.name)")
    #expect(
      pairs.allSatisfy { !machine.forbidden.contains($0.victim) && !machine.forbidden.contains($0.aggressor) }
    )
    for pair in pairs {
      let (victim, other) = (topology.cpu(pair.victim)!, topology.cpu(pair.aggressor)!)
      #expect(topology.relation(of: victim, to: other) == pair.relation)
    }
    let missing = topology.missingRelations(in: pairs).map(\.relation)
    #expect(Set(missing + pairs.map(\.relation)) == Set(Relation.allCases))
  }

  /// Two performance cores with siblings, four efficiency cores that share an L2.
  @Test func aHybridMachineHasPairsOfEveryKind() throws {
    let topology = try Topology.synthetic("pack:1 l3:1 l2:2 core:4 pu:1", efficiencyCpus: [4, 5, 6, 7])
    let pairs = topology.representativePairs()
    let kinds = Set(pairs.map { [$0.victimKind, $0.aggressorKind] })
    #expect(
      kinds == [
        [.performance, .performance], [.performance, .efficiency], [.efficiency, .performance],
        [.efficiency, .efficiency],
      ])
    let mixed = pairs.filter { $0.victimKind != $0.aggressorKind }
    #expect(mixed.count == 2 && mixed.allSatisfy { $0.relation == .sameL3 })
  }

  @Test(arguments: ["pack:1 l3:1 core:8 pu:1", "pack:1 l3:1 core:4 pu:2", "pack:2 l3:2 core:2 pu:2"])
  func cpu0IsLeftAloneWhereThereIsAnother(machine: String) throws {
    let pairs = try Topology.synthetic(machine).representativePairs()
    #expect(pairs.allSatisfy { $0.victim != 0 && $0.aggressor != 0 })
  }

  @Test func victimsCanBeChosen() throws {
    let topology = try Topology.synthetic("pack:2 l3:2 core:2 pu:2")
    let pairs = topology.representativePairs(victims: [9])
    #expect(pairs.map(\.victim) == [9, 9, 9, 9])
    #expect(pairs.map(\.relation) == [.smtSibling, .sameL3, .samePackage, .otherPackage])
  }

  @Test func allPairsAreAllOrderedPairs() throws {
    let topology = try Topology.synthetic("pack:2 core:4 pu:2")
    #expect(topology.allPairs().count == 16 * 15)
    #expect(topology.allPairs(victims: [3]).count == 15)
  }

  @Test func thisMachinesDistancesAreTheFirmwares() throws {
    let topology = try Topology.ofThisMachine()
    for (from, row) in topology.numaDistances {
      #expect(row[from].map { $0 == 10 } ?? true, "10 is local (ACPI SLIT)")
    }
  }
}

/// Two logical CPUs, one beside which the other does something, and how they relate.
public struct RelatedPair: Sendable, Codable, Hashable {
  /// The bystander's CPU, or the first of two equals.
  public var victim: Int
  public var aggressor: Int
  public var relation: Relation
  public var victimKind: CoreKind
  public var aggressorKind: CoreKind
  /// What the firmware says of the distance between their NUMA nodes (ACPI SLIT; 10 is local); nil where it says nothing.
  public var numaDistance: Int?

  public init(
    victim: Int, aggressor: Int, relation: Relation, victimKind: CoreKind = .uniform,
    aggressorKind: CoreKind = .uniform, numaDistance: Int? = nil
  ) {
    self.victim = victim
    self.aggressor = aggressor
    self.relation = relation
    self.victimKind = victimKind
    self.aggressorKind = aggressorKind
    self.numaDistance = numaDistance
  }
}

extension Topology {
  /// One pair for every relation, core kinds and NUMA distance that exist, so that their number does not grow with the
  /// machine's CPUs. CPU 0, which Linux gives the most interrupts, is taken only where there is no other.
  ///
  /// - Parameter victims: CPUs that may be bystanders; all if empty.
  public func representativePairs(victims: [Int] = []) -> [RelatedPair] {
    struct Sort: Hashable {
      var relation: Relation
      var kinds: [CoreKind]
      var distance: Int?
    }
    var found: [Sort: RelatedPair] = [:]
    let allowed = cpus.filter { victims.isEmpty || victims.contains($0.id) }
    for others in [cpus.filter { $0.id != 0 }, cpus] {
      // Where CPU 0 has to take part, it is rather the aggressor.
      let ofThem =
        others.filter { candidate in candidate.id != 0 && allowed.contains { $0.id == candidate.id } }
        + others.filter { candidate in candidate.id == 0 && allowed.contains { $0.id == 0 } }
      // Cores of one package that look alike have alike relations: one of each sort stands for all.
      for victim in representatives(ofThem, among: others) {
        for other in others where other.id != victim.id {
          let pair = pair(victim, other)
          let sort = Sort(
            relation: pair.relation, kinds: [pair.victimKind, pair.aggressorKind], distance: pair.numaDistance
          )
          if found[sort] == nil { found[sort] = pair }
        }
      }
    }
    return sorted(Array(found.values))
  }

  /// A CPU itself, and one other of every relation that another CPU here has to it.
  public func neighbourhood(of cpu: LogicalCpu) -> [Int] {
    Relation.allCases.compactMap { relation in
      relation == .same ? cpu.id : cpus.first { self.relation(of: cpu, to: $0) == relation }?.id
    }
  }

  /// Every ordered pair of different CPUs.
  ///
  /// - Parameter victims: CPUs that may be bystanders; all if empty.
  public func allPairs(victims: [Int] = []) -> [RelatedPair] {
    sorted(
      cpus.filter { victims.isEmpty || victims.contains($0.id) }.flatMap { victim in
        cpus.filter { $0.id != victim.id }.map { pair(victim, $0) }
      })
  }

  /// Relations that no pair of allowed CPUs has, with the reason.
  public func missingRelations(in pairs: [RelatedPair]) -> [(relation: Relation, reason: String)] {
    Relation.allCases.filter { relation in !pairs.contains { $0.relation == relation } }.map { relation in
      if relation == .same {
        return (relation, "one CPU cannot run two things at once; cost has what the offender's own work pays")
      }
      return (
        relation,
        cpus.count == 1 ? Topology.oneCpuOnly : "no two of the CPUs here are related so"
      )
    }
  }

  private func pair(_ victim: LogicalCpu, _ other: LogicalCpu) -> RelatedPair {
    RelatedPair(
      victim: victim.id, aggressor: other.id, relation: relation(of: victim, to: other),
      victimKind: victim.coreKind, aggressorKind: other.coreKind,
      numaDistance: numaDistance(victim.numaNode, other.numaNode))
  }

  /// The first CPU of each NUMA node and core kind, and the first beside a sibling, since some cores may have one only.
  private func representatives(_ candidates: [LogicalCpu], among cpus: [LogicalCpu]) -> [LogicalCpu] {
    struct Sort: Hashable {
      var node: Int
      var package: Int
      var kind: CoreKind
      var neighbours: [Bool]
    }
    let ofCore = Dictionary(grouping: cpus, by: \.core).mapValues(\.count)
    let ofL2 = Dictionary(grouping: cpus, by: \.l2).mapValues(\.count)
    let ofL3 = Dictionary(grouping: cpus, by: \.l3).mapValues(\.count)
    var seen: Set<Sort> = []
    return candidates.filter { cpu in
      let core = ofCore[cpu.core, default: 1]
      let sort = Sort(
        node: cpu.numaNode, package: cpu.package, kind: cpu.coreKind,
        neighbours: [core > 1, ofL2[cpu.l2, default: 1] > core, ofL3[cpu.l3, default: 1] > core])
      return seen.insert(sort).inserted
    }
  }

  private func sorted(_ pairs: [RelatedPair]) -> [RelatedPair] {
    pairs.sorted { ($0.relation, $0.victim, $0.aggressor) < ($1.relation, $1.victim, $1.aggressor) }
  }
}

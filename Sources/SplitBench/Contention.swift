import LockKernels
import Machine
import Measurement
import Reporting

/// The experiments with several CPUs, planned; what cannot be done here is skipped with its reason.
struct Contention {
  private(set) var pingpong: PingPongExperiment.Plan?
  private(set) var bystander: BystanderPlan?
  private(set) var scaling: ScalingPlan?
  private(set) var skipped: [RunRecord.Skipped] = []

  init(_ scope: RunScope, _ machine: MachineReport, _ plan: Plan, _ experiments: [ExperimentId]) throws {
    let topology = machine.topology
    let victims = try scope.cpu?.resolve(in: topology).map(\.id) ?? []
    if let node = scope.victimNode, !topology.cpus.contains(where: { $0.numaNode == node }) {
      throw NoSuchNode(node: node, nodes: Set(topology.cpus.map(\.numaNode)).sorted())
    }
    let pairs =
      scope.allPairs ? topology.allPairs(victims: victims) : topology.representativePairs(victims: victims)
    let withPairs: [ExperimentId] = [.pingpong, .bystander].filter(experiments.contains)
    if !withPairs.isEmpty {
      skipped += topology.missingRelations(in: pairs).map {
        .init(what: "relation \($0.relation.rawValue)", reason: $0.reason)
      }
    }
    for experiment in withPairs where pairs.isEmpty {
      skipped.append(
        .init(what: experiment.rawValue, reason: "it needs a second CPU, and this process may use one only"))
    }
    if experiments.contains(.pingpong), !pairs.isEmpty {
      let share = plan.share(of: .pingpong, among: experiments)
      pingpong = PingPongExperiment.Plan(
        pairs: RunDesign.undirected(pairs), rounds: share.rounds, budget: share.budget,
        wallLimit: share.wallLimit)
    }
    if experiments.contains(.bystander), !pairs.isEmpty {
      let share = plan.share(of: .bystander, among: experiments)
      bystander = BystanderPlan(
        pairs: pairs, victims: scope.victim?.elements ?? Victim.allCases, rounds: share.rounds,
        budget: share.budget, wallLimit: share.wallLimit)
      if bystander!.victims.contains(where: \.takesBusLocks) {
        skipped.append(
          .init(
            what: "line-split-atomic beside less than 10 % of locked time",
            reason: "its own bus locks would take the budget"))
      }
    }
    if experiments.contains(.scaling) {
      let share = plan.share(of: .scaling, among: experiments)
      let offenders = topology.cpus.filter { victims.isEmpty || victims.contains($0.id) }
      if offenders.count > 1 {
        scaling = ScalingPlan(
          cpus: offenders, rounds: share.rounds, budget: share.budget, wallLimit: share.wallLimit)
      } else {
        let reason =
          topology.cpus.count == 1
          ? "it needs a second CPU, and this process may use one only" : "--cpu leaves one CPU only"
        skipped.append(.init(what: ExperimentId.scaling.rawValue, reason: reason))
      }
    }
  }
}

extension RunDesign {
  /// Each pair once: passing to and fro has no direction.
  static func undirected(_ pairs: [RelatedPair]) -> [RelatedPair] {
    struct Ends: Hashable { var low: Int, high: Int }
    var seen: Set<Ends> = []
    return pairs.filter {
      seen.insert(Ends(low: min($0.victim, $0.aggressor), high: max($0.victim, $0.aggressor))).inserted
    }
  }
}

/// A NUMA node that is not there.
struct NoSuchNode: UsageError, CustomStringConvertible {
  let node: Int
  let nodes: [Int]
  var description: String {
    "there is no NUMA node \(node) with allowed CPUs: choose from \(CpuSelection.ranges(nodes))"
  }
}

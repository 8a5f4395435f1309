import LockKernels
import Machine

extension ExperimentId {
  public static let bystander = ExperimentId(
    "bystander", "who else is slowed by split locks, and at which rate of them", lockedPart: 0.35,
    quick: (5, 5), standard: (45, 40), thorough: (600, 300))
}

extension BystanderExperiment {
  public static var id: ExperimentId { .bystander }

  public static func design(for request: inout RunRequest) throws(NoSuchNode) -> BystanderPlan? {
    let nodes = Set(request.topology.cpus.map(\.numaNode))
    if let node = request.victimNode, !nodes.contains(node) {
      throw NoSuchNode(node: node, nodes: nodes.sorted())
    }
    let pairs = request.pairs()
    guard !pairs.isEmpty else {
      request.skip(id.rawValue, RunRequest.needsSecondCpu)
      return nil
    }
    let victims = request.victims ?? Victim.allCases
    if victims.contains(where: \.takesBusLocks) {
      request.skip(
        "line-split-atomic beside less than 10 % of locked time", "its own bus locks would take the budget")
    }
    return BystanderPlan(
      pairs: pairs, victims: victims, victimNode: request.victimNode, share: request.share(of: id))
  }
}

/// A NUMA node that is not there.
public struct NoSuchNode: Error, CustomStringConvertible {
  let node: Int
  let nodes: [Int]
  public var description: String {
    "there is no NUMA node \(node) with allowed CPUs: choose from \(CpuSelection.ranges(nodes))"
  }
}

import Comparison
import StoredRuns

/// Many machines: what kinds there are, which of a kind is unlike the others, which kind is fast.
public struct Fleet: Sendable {
  public let machines: [FleetMachine]
  /// Instances that several machines have, so that each boot counts as one.
  public let clones: [String]
  /// The largest first.
  public let groups: [FleetGroup]
  public let deviations: [FleetDeviation]
  public let strays: [FleetStray]

  /// Reads of every run what a fleet is judged by.
  ///
  /// - Parameter runs: at least one.
  public init(_ runs: [StoredRun]) throws(ReadFailure) {
    let found = FleetMachines(runs)
    machines = found.machines
    clones = found.clones
    var members: [String: [FleetGroup.Member]] = [:]
    for machine in machines {
      for (group, runs) in Dictionary(grouping: machine.runs, by: \.record.machine.group) {
        var values: [[Double?]] = []
        for run in runs { values.append(try FleetMetric.values(of: run)) }
        members[group, default: []].append(.init(machine: machine.name, runs: runs, values: values))
      }
    }
    groups = members.map { FleetGroup(name: $0.key, members: $0.value) }
      .sorted { ($1.members.count, $0.name) < ($0.members.count, $1.name) }
    deviations = FleetDeviation.find(machines)
    strays = FleetStray.find(groups)
  }

  /// Groups by a metric, with the places that each may have; those where Linux answers split locks left out, since their costs hold
  /// what it does.
  public func ranking(_ metric: Int) -> (groups: [FleetGroup], ranking: Ranking) {
    let ranked = groups.filter { $0.isNative && $0.means[metric] != nil }
    return (ranked, Ranking(ranked.map { $0.means[metric]! }))
  }

  /// What Linux does about split locks, machine by machine, as last seen; the most usual first.
  public var policies: [(policy: String, machines: [FleetMachine])] {
    Dictionary(grouping: machines, by: \.latest.policyInWords)
      .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { ($0.key, $0.value) }
  }
}

import Comparison
import RealModule
import StoredRuns

/// Machines that should measure the same; see `MachineReport.group`.
public struct FleetGroup: Sendable {
  public let name: String
  public let members: [Member]
  /// By metric of `FleetMetric.all`; nil where no run has it.
  public let means: [ClusterMean?]

  /// A machine, as far as it belongs to this group: after a change of its Linux it belongs to another.
  public struct Member: Sendable {
    public let machine: String
    public let runs: [StoredRun]
    /// By run, then by metric.
    let values: [[Double?]]

    func numbers(_ metric: Int) -> [Double] { values.compactMap { $0[metric] } }

    /// The geometric mean over its runs.
    public func mean(_ metric: Int) -> Double? {
      let logs = numbers(metric).map { Double.log($0) }
      return logs.isEmpty ? nil : Double.exp(logs.reduce(0, +) / Double(logs.count))
    }
  }

  init(name: String, members: [Member]) {
    self.name = name
    self.members = members
    means = FleetMetric.all.indices.map { metric in ClusterMean(members.map { $0.numbers(metric) }) }
  }

  /// Any of its runs: what makes the group is the same in all.
  public var example: StoredRun { members[0].runs[0] }

  public var runCount: Int { members.reduce(0) { $0 + $1.runs.count } }

  /// Whether what is measured there is silicon's alone.
  public var isNative: Bool { example.record.machine.policy.leavesAlone }
}

/// The logical CPUs of a machine and how they are related, as hwloc sees them.
public struct Topology: Codable, Sendable, Equatable {
  /// Online CPUs that this process may run on, by rising id.
  public let cpus: [LogicalCpu]
  /// How many CPUs the machine has online, allowed or not.
  public let onlineCount: Int
  public let packageCount: Int
  public let numaNodeCount: Int
  /// Distances between NUMA nodes by their numbers, as the firmware gives them (10 is local); empty where it gives none.
  public let numaDistances: [Int: [Int: Int]]

  /// Why something cannot be done that takes two CPUs.
  public static let oneCpuOnly = "this process may use one CPU only"

  public func numaDistance(_ a: Int, _ b: Int) -> Int? { numaDistances[a]?[b] }

  public func cpu(_ id: Int) -> LogicalCpu? { cpus.first { $0.id == id } }

  /// Another CPU of the same core; nil where there is none.
  public func sibling(of id: Int) -> Int? {
    guard let cpu = cpu(id) else { return nil }
    return cpus.first { $0.id != id && relation(of: $0, to: cpu) == .smtSibling }?.id
  }

  /// How two CPUs relate, closest first. Core kinds and NUMA nodes do not enter.
  public func relation(of a: LogicalCpu, to b: LogicalCpu) -> Relation {
    if a.id == b.id { return .same }
    if a.package != b.package { return .otherPackage }
    if a.core == b.core { return .smtSibling }
    if let l2 = a.l2, l2 == b.l2 { return .sameL2 }
    if let l3 = a.l3, l3 == b.l3 { return .sameL3 }
    return .samePackage
  }
}

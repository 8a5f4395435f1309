import DetectionControl
import Machine

/// Which CPUs are written.
public struct ScopePlan: Sendable {
  public var bits: [DetectionBit.Kind]
  public var writers: [Int]
  public var wallLimit: Double

  /// Beyond so many CPUs one core of each package stands for the rest.
  private static let mostWriters = 16

  public init(topology: Topology, bits: [DetectionBit.Kind], wallLimit: Double) {
    self.bits = bits
    self.wallLimit = wallLimit
    guard topology.cpus.count > ScopePlan.mostWriters else {
      writers = topology.cpus.map(\.id)
      return
    }
    let cores = Dictionary(grouping: topology.cpus, by: \.package).values.compactMap { $0.map(\.core).min() }
    writers = topology.cpus.filter { cores.contains($0.core) }.map(\.id)
  }

  /// CPUs on which a split lock is tried while `writer` alone is armed: itself and the nearest of every relation.
  static func tried(_ writer: LogicalCpu, in topology: Topology) -> [Int] {
    let others = [Relation.smtSibling, .sameL2, .sameL3, .samePackage, .otherPackage].compactMap { relation in
      topology.cpus.first { topology.relation(of: writer, to: $0) == relation }?.id
    }
    return [writer.id] + others
  }
}

import DetectionControl
import Machine

/// Which CPUs are written.
public struct ScopePlan: Sendable {
  public var bits: [DetectionBit.Kind]
  public var writers: [Int]
  public var share: Plan.Share

  /// Beyond so many CPUs one core of each package stands for the rest.
  private static let mostWriters = 16

  public init(topology: Topology, bits: [DetectionBit.Kind], share: Plan.Share) {
    (self.bits, self.share) = (bits, share)
    guard topology.cpus.count > ScopePlan.mostWriters else {
      writers = topology.cpus.map(\.id)
      return
    }
    let cores = Dictionary(grouping: topology.cpus, by: \.package).values.compactMap { $0.map(\.core).min() }
    writers = topology.cpus.filter { cores.contains($0.core) }.map(\.id)
  }
}

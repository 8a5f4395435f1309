import DetectionControl
import Machine

/// Which CPUs are written.
public struct ScopePlan: Sendable {
  public var bits: [DetectionBit.Kind]
  public var writers: [Int]
  public var budget: Double
  public var wallLimit: Double

  /// Beyond so many CPUs one core of each package stands for the rest.
  private static let mostWriters = 16

  public init(topology: Topology, bits: [DetectionBit.Kind], budget: Double, wallLimit: Double) {
    (self.bits, self.budget, self.wallLimit) = (bits, budget, wallLimit)
    guard topology.cpus.count > ScopePlan.mostWriters else {
      writers = topology.cpus.map(\.id)
      return
    }
    let cores = Dictionary(grouping: topology.cpus, by: \.package).values.compactMap { $0.map(\.core).min() }
    writers = topology.cpus.filter { cores.contains($0.core) }.map(\.id)
  }
}

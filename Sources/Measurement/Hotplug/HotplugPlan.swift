import DetectionControl
import Machine

/// Which CPUs are taken offline and brought back.
public struct HotplugPlan: Sendable {
  public var cpus: [Int]
  public var bits: [DetectionBit.Kind]
  /// Whether #AC may be switched on where it was found off.
  public var mayArm: Bool
  public var share: Plan.Share

  /// One CPU of each package: the last that Linux lets go of, of those with an SMT sibling if there are such, which sees what
  /// becomes of a shared register meanwhile.
  ///
  /// - Parameter removable: CPUs with a switch.
  public init(
    topology: Topology, removable: [Int], bits: [DetectionBit.Kind], mayArm: Bool = true,
    share: Plan.Share
  ) {
    cpus = Dictionary(grouping: topology.cpus.filter { removable.contains($0.id) }, by: \.package).values
      .compactMap { package in
        let ids = package.map(\.id)
        return ids.filter { topology.sibling(of: $0) != nil }.max() ?? ids.max()
      }.sorted()
    (self.bits, self.mayArm, self.share) = (bits, mayArm, share)
  }
}

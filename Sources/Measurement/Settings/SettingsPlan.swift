import DetectionControl
import Machine

/// Which settings are visited, and from which CPU.
public struct SettingsPlan: Sendable {
  public var settings: [Setting]
  public var cpu: LogicalCpu
  /// It as the aggressor, beside a victim on another core; nil where there is none.
  public var bystander: RelatedPair?
  public var share: Plan.Share

  public init(
    settings: [Setting], cpu: LogicalCpu, bystander: RelatedPair?, share: Plan.Share
  ) {
    (self.settings, self.cpu, self.bystander, self.share) = (settings, cpu, bystander, share)
  }
}

import DetectionControl
import Machine

/// Which settings are visited, and from which CPU.
public struct SettingsPlan: Sendable {
  public var settings: [Setting]
  public var cpu: LogicalCpu
  /// It as the aggressor, beside a victim on another core; nil where there is none.
  public var bystander: RelatedPair?
  public var rounds: Int
  public var budget: Double
  public var wallLimit: Double

  public init(
    settings: [Setting], cpu: LogicalCpu, bystander: RelatedPair?, rounds: Int, budget: Double,
    wallLimit: Double
  ) {
    (self.settings, self.cpu, self.bystander, self.rounds) = (settings, cpu, bystander, rounds)
    (self.budget, self.wallLimit) = (budget, wallLimit)
  }
}

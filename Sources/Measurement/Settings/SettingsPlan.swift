import DetectionControl
import Machine

/// Which settings are visited, and from which CPU.
public struct SettingsPlan: Sendable {
  public var settings: [Setting]
  public var cpu: LogicalCpu
  public var rounds: Int
  public var budget: Double
  public var wallLimit: Double

  public init(settings: [Setting], cpu: LogicalCpu, rounds: Int, budget: Double, wallLimit: Double) {
    (self.settings, self.cpu, self.rounds) = (settings, cpu, rounds)
    (self.budget, self.wallLimit) = (budget, wallLimit)
  }
}

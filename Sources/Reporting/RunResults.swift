import Measurement

/// The rows of a run's tables, as far as it has come.
public struct RunResults: Sendable {
  public var cost: [CostRow] = []
  public var pingpong: [PingPongRow] = []
  public var bystander: [BystanderRow] = []
  public var scaling: [ScalingRow] = []
  public var trap: [TrapRow] = []
  public var guest: [GuestRow] = []
  public var scope: [ScopeRow] = []
  public var settings: [SettingsRow] = []
  public var settingsCost: [CostRow] = []
  public var hotplug: [HotplugRow] = []
  public var leak: [LeakRow] = []
  public var toggle: [ToggleRow] = []

  public init() {}

  public var isEmpty: Bool {
    cost.isEmpty && pingpong.isEmpty && bystander.isEmpty && scaling.isEmpty && trap.isEmpty
      && guest.isEmpty && scope.isEmpty && settings.isEmpty && hotplug.isEmpty && leak.isEmpty
      && toggle.isEmpty
  }
}

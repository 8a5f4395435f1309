import DetectionControl
import Machine

extension ExperimentId {
  public static let settings = ExperimentId(
    "settings", "what does a split lock meet, and how many get through, under each setting of detection",
    changesMachine: true, lockedPart: 0.49, quick: (20, 1), standard: (120, 3), thorough: (900, 15))
}

extension SettingsExperiment {
  public static var id: ExperimentId { .settings }

  public static func design(for request: inout RunRequest) -> SettingsPlan? {
    let chosen = possible(&request)
    guard !chosen.isEmpty else { return nil }
    if request.otherCpu == nil { request.skip("bystander of settings", request.noOtherCore) }
    let cpu = request.cpu
    return SettingsPlan(
      settings: chosen, cpu: cpu,
      bystander: request.otherCpu.map { other in
        RelatedPair(
          victim: other.id, aggressor: cpu.id, relation: request.topology.relation(of: cpu, to: other))
      }, share: request.share(of: id))
  }

  /// The settings that were asked for, less those that this machine cannot be put into.
  private static func possible(_ request: inout RunRequest) -> [Setting] {
    let (machine, cpu) = (request.machine, request.cpu)
    var chosen: [Setting] = []
    for setting in request.settings ?? Setting.all(machine, measuring: cpu) where !chosen.contains(setting) {
      if let obstacle = setting.obstacle(machine, measuring: cpu) {
        request.skip("settings \(setting.id)", obstacle)
      } else {
        chosen.append(setting)
      }
    }
    return chosen
  }
}

extension SettingsPlan: MachineChange {
  /// Settings that arm are asked for by name, and refused without leave.
  public var changedBits: [DetectionBit.Kind: Bool] {
    Dictionary(settings.flatMap(\.bits).map { ($0.key, $0.value) }) { $0 || $1 }
  }

  public var changesMitigation: Bool { settings.contains(where: \.changesMitigation) }
}

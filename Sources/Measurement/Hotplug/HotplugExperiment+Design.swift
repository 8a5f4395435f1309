import DetectionControl
import Machine

extension ExperimentId {
  public static let hotplug = ExperimentId(
    "hotplug", "what becomes of a CPU's detection bits, and of split locks there, when it was offline",
    changesMachine: true, lockedPart: 0.01, quick: (20, 1), standard: (60, 2), thorough: (600, 10))
}

extension HotplugExperiment {
  public static var id: ExperimentId { .hotplug }

  public static func design(for request: inout RunRequest) -> HotplugPlan? {
    let removable = HotplugHazard.removable(request.topology, request.files)
    guard !removable.isEmpty else {
      request.skip(
        id.rawValue, "Linux lets go of none of the CPUs here: there is no file online for them")
      return nil
    }
    let machine = request.machine
    return HotplugPlan(
      topology: request.topology, removable: removable,
      bits: DetectionBit.Kind.allCases.filter { DetectionControl.exists($0, machine) },
      mayArm: request.mayArm, share: request.share(of: id))
  }
}

extension HotplugPlan: MachineChange {
  public var changedBits: [DetectionBit.Kind: Bool] {
    Dictionary(uniqueKeysWithValues: bits.map { ($0, $0 != .splitLock || mayArm) })
  }

  public var unpluggedCpus: [Int] { cpus }
}

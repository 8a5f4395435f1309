import DetectionControl
import Machine

extension ExperimentId {
  public static let toggle = ExperimentId(
    "toggle",
    "what does it cost to flip a detection bit on one CPU and on all, and what does a bystander feel",
    changesMachine: true, lockedPart: 0.05, quick: (10, 5), standard: (60, 20), thorough: (600, 200))
}

extension ToggleExperiment {
  public static var id: ExperimentId { .toggle }

  public static func design(for request: inout RunRequest) -> TogglePlan? {
    guard DetectionControl.exists(.splitLock, request.machine) else {
      request.skip(id.rawValue, "this CPU has no #AC on split locks")
      return nil
    }
    return TogglePlan(
      writer: request.cpu, in: request.topology, share: request.share(of: id))
  }
}

extension TogglePlan: MachineChange {
  public var changedBits: [DetectionBit.Kind: Bool] { [.splitLock: true] }
  public var changesMitigation: Bool { true }
}

import DetectionControl
import Machine

extension ExperimentId {
  public static let leak = ExperimentId(
    "leak", "while Linux has detection off on one core, where else can split locks pass, and for how long",
    changesMachine: true, lockedPart: 0.1, quick: (10, 5), standard: (60, 20), thorough: (300, 100))
}

extension LeakExperiment {
  public static var id: ExperimentId { .leak }

  public static func design(for request: inout RunRequest) -> LeakPlan? {
    if let obstacle = LeakPlan.obstacle(request.machine.policy) {
      request.skip(id.rawValue, obstacle)
      return nil
    }
    return LeakPlan(
      opener: request.cpu, in: request.topology, share: request.share(of: id))
  }
}

extension LeakPlan: MachineChange {
  /// Linux is made to change it, and may leave it so.
  public var changedBits: [DetectionBit.Kind: Bool] { [.splitLock: false] }
}

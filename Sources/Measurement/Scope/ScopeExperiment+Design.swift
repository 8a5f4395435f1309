import DetectionControl
import Machine

extension ExperimentId {
  public static let scope = ExperimentId(
    "scope", "on which CPUs does a detection bit change that is written on one", changesMachine: true,
    lockedPart: 0.01, quick: (10, 1), standard: (60, 1), thorough: (60, 1))
}

extension ScopeExperiment {
  public static var id: ExperimentId { .scope }

  /// #AC must be armed to be told by behaviour, and that needs leave where Linux booted without it.
  public static func design(for request: inout RunRequest) -> ScopePlan? {
    let all = DetectionBit.Kind.allCases.filter { DetectionControl.exists($0, request.machine) }
    let writable = all.filter { [mayArm = request.mayArm] in $0 != .splitLock || mayArm }
    // Where nothing is left, the refusal says what leave is missing.
    let bits = writable.isEmpty ? all : writable
    if bits.count < all.count {
      request.skip("scope of #AC", "Linux booted without it: give --allow-arming")
    }
    return ScopePlan(
      topology: request.topology, bits: bits, share: request.share(of: id))
  }
}

extension ScopePlan: MachineChange {
  public var changedBits: [DetectionBit.Kind: Bool] {
    Dictionary(uniqueKeysWithValues: bits.map { ($0, true) })
  }
}

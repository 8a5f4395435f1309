import Machine

/// What the experiment `guest` does.
public struct GuestPlan: Sendable {
  /// The first vCPU's.
  public var cpu: Int
  /// On another core, for the bystander; nil where there is none.
  public var other: Int?
  public var sibling: Int?
  /// For more vCPUs, in this order.
  public var more: [Int]
  public var share: Plan.Share

  /// - Parameter candidates: CPUs for more vCPUs.
  public init(
    cpu: LogicalCpu, beside other: Int?, among candidates: [LogicalCpu], in topology: Topology,
    share: Plan.Share
  ) {
    self.cpu = cpu.id
    self.other = other
    sibling = topology.sibling(of: cpu.id)
    // Cores of their own first.
    let cpus = candidates.filter { $0.id != cpu.id }
    more =
      cpus.filter { topology.relation(of: $0, to: cpu) != .smtSibling }.map(\.id)
      + cpus.filter { topology.relation(of: $0, to: cpu) == .smtSibling }.map(\.id)
    self.share = share
  }

  /// Parts of the budget.
  private static let (costPart, vcpuPart, bystanderPart, registerPart) = (0.2, 0.25, 0.45, 0.05)
  /// Guests that come and go, for each second of wall time, and at most.
  private static let (guestsPerSecond, mostGuests) = (10.0, 1000)

  func budget(of visit: GuestTask.Visit) -> Double {
    switch visit {
    case .cost: share.budget * GuestPlan.costPart
    case .vcpus: share.budget * GuestPlan.vcpuPart
    case .bystander: share.budget * GuestPlan.bystanderPart
    case .hostRegisters: share.budget * GuestPlan.registerPart
    case .look, .answer, .creation: 0
    }
  }

  func task(_ visit: GuestTask.Visit, seed: UInt64, trial: GuestTrial = .plain(cpl: 3)) -> GuestTask {
    var task = GuestTask(visit, cpu: cpu)
    (task.rounds, task.seed, task.trial, task.budget) = (share.rounds, seed, trial, budget(of: visit))
    switch visit {
    case .vcpus: task.others = more
    case .bystander: task.others = [other].compactMap { $0 }
    case .hostRegisters: (task.others, task.sibling) = ([other ?? sibling ?? cpu], sibling)
    case .creation:
      task.rounds = max(1, min(GuestPlan.mostGuests, Int(share.wallLimit * GuestPlan.guestsPerSecond)))
    case .look, .answer, .cost: break
    }
    return task
  }
}

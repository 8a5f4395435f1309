import LockKernels
import Machine

/// One thing tried on one CPU: a row of `trap.csv`.
public struct TrapCell: Sendable, Hashable {
  public enum Trigger: String, Sendable, CaseIterable, Codable {
    /// EFLAGS.AC is set for the one instruction: #AC on every x86 CPU whose operand is misaligned, whatever Linux's policy.
    case eflagsAC = "eflags-ac"
    /// The plain instruction, under whatever detection is on.
    case splitLock = "split-lock"

    public var summary: String {
      switch self {
      case .eflagsAC: "the instruction with EFLAGS.AC set: a misaligned operand raises #AC on every x86 CPU"
      case .splitLock: "the instruction as it is, under whatever detection is on"
      }
    }
  }

  public enum Context: String, Sendable, CaseIterable, Codable {
    case inProcess = "in-process"
    /// A process of its own, without a handler.
    case child
  }

  public var cpu: Int
  public var trigger: Trigger
  public var context: Context
  public var placement: Placement
  public var widthBytes: Int
  public var isLocked: Bool

  public var takesBusLock: Bool { trigger == .splitLock && isLocked && placement.isSplit }
  /// Whether the CPU must trap it by the architecture alone.
  var mustTrap: Bool { trigger == .eflagsAC && placement != .aligned }
}

/// What is tried, and how often.
public struct TrapPlan: Sendable {
  public var cpus: [Int]
  public var share: Plan.Share
  /// Whether two tasks may split-lock at once where Linux delays them. Its work that arms a core again is one for all cores
  /// and may run on the wrong one (bus_lock.c, sl_reenable_unlock), which leaves the other unarmed until it comes online anew.
  public var triesTwoOffenders: Bool

  public init(cpus: [Int], share: Plan.Share, triesTwoOffenders: Bool = false) {
    self.cpus = cpus
    self.triesTwoOffenders = triesTwoOffenders
    self.share = share
  }

  /// Everything on the first CPU; on the others what tells whether they differ.
  public var cells: [TrapCell] {
    cpus.enumerated().flatMap { index, cpu in index == 0 ? TrapPlan.all(cpu) : TrapPlan.telling(cpu) }
  }

  private static let placements: [Placement] = [.aligned, .lineSplit, .pageSplit]

  private static func all(_ cpu: Int) -> [TrapCell] {
    let locked = TrapCell.Trigger.allCases.flatMap { trigger in
      placements.flatMap { placement in
        [2, 4, 8].map {
          TrapCell(
            cpu: cpu, trigger: trigger, context: .inProcess, placement: placement, widthBytes: $0,
            isLocked: true)
        }
      }
    }
    // EFLAGS.AC knows nothing of locks and lines.
    let plain = [Placement.aligned, .withinLine, .lineSplit].map {
      TrapCell(
        cpu: cpu, trigger: .eflagsAC, context: .inProcess, placement: $0, widthBytes: 8, isLocked: false)
    }
    let children = TrapCell.Trigger.allCases.flatMap { trigger in
      placements.map {
        TrapCell(cpu: cpu, trigger: trigger, context: .child, placement: $0, widthBytes: 8, isLocked: true)
      }
    }
    return locked + plain + children
  }

  private static func telling(_ cpu: Int) -> [TrapCell] {
    TrapCell.Trigger.allCases.flatMap { trigger in
      [Placement.aligned, .lineSplit].map {
        TrapCell(
          cpu: cpu, trigger: trigger, context: .inProcess, placement: $0, widthBytes: 8, isLocked: true)
      }
    }
  }

  /// Trials of a cell. Those that the architecture traps, or that stay in one line, disturb nobody.
  func trials(_ cell: TrapCell) -> Int {
    if cell.context == .child { return 3 }
    let isFirst = cell.cpu == cpus.first
    if cell.takesBusLock { return isFirst ? 200 : 20 }
    return isFirst && cell.widthBytes == 8 ? 10_000 : 1000
  }
}

import CHost
import Machine
import RealModule

/// All that a run knows of one thing tried on one CPU.
public struct TrapRecord: Sendable {
  public let cell: TrapCell
  public internal(set) var issued = 0
  /// Operations that changed memory.
  public internal(set) var performed = 0
  public internal(set) var trapped = 0
  /// Children that a signal ended, and those that did not end.
  public internal(set) var killed = 0
  public internal(set) var timedOut = 0
  public internal(set) var signal: Int32?
  /// Trials of over 5 ms, which silicon does not explain.
  public internal(set) var delayedCount = 0
  public internal(set) var longestTicks: UInt64 = 0
  var roundTrips: [UInt64] = []
  var entries: [UInt64] = []
  var resumes: [UInt64] = []
  /// What the first trap showed; the others' must be the same.
  public internal(set) var first: TrapSigns?
  public internal(set) var differing = 0

  init(_ cell: TrapCell) { self.cell = cell }
}

/// What a trap shows of its kind.
public struct TrapSigns: Sendable, Equatable {
  public var code: Int
  public var trapNumber: Int
  public var errorCode: UInt64
  public var address: UInt64
  public var isAfter: Bool
  public var hadAlignmentCheck: Bool

  init(_ trap: chost_trap, alignmentCheck: UInt64) {
    code = Int(trap.code)
    trapNumber = Int(trap.trap_number)
    errorCode = trap.error_code
    address = trap.address
    isAfter = trap.is_after
    hadAlignmentCheck = trap.flags & alignmentCheck != 0
  }
}

extension TrapRecord {
  public enum Kind: String, Sendable, CaseIterable {
    /// Nothing was seen of it.
    case silent
    case ac = "#AC"
    case db = "#DB"
    /// #AC for EFLAGS.AC, which is no split-lock detection.
    case eflagsAC = "EFLAGS.AC"
    /// A signal that fits none of these.
    case unknown
  }

  /// What answered, from what the trap showed: #AC is a fault, at the instruction, which is not performed; #DB is a trap,
  /// behind it, after it was (SDM vol. 3A, 6.5). Linux leaves trap number and error code unset for the latter.
  public var kind: Kind {
    guard let first else { return trapped + killed == 0 ? .silent : cell.mustTrap ? .eflagsAC : .unknown }
    if first.isAfter { return performed == issued ? .db : .unknown }
    guard first.trapNumber == TrapRecord.alignmentCheckException else { return .unknown }
    return first.hadAlignmentCheck ? .eflagsAC : .ac
  }

  private static let alignmentCheckException = 17

  public enum Outcome: String, Sendable {
    case completed, trapped, delayed, killed, mixed
    case timedOut = "timed-out"
  }

  public var outcome: Outcome {
    if timedOut > 0 { return .timedOut }
    if cell.context == .child { return killed == 0 ? .completed : killed == issued ? .killed : .mixed }
    if trapped > 0 { return trapped == issued ? .trapped : .mixed }
    return delayedCount > 0 ? .delayed : .completed
  }

  /// Whether every operation is accounted for. A fault is not performed; a trap is; what met neither is.
  public var isBalanced: Bool {
    if cell.context == .child { return timedOut == 0 }
    guard differing == 0 else { return false }
    return first?.isAfter == true ? performed == issued : performed + trapped == issued
  }
}

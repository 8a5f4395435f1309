import CHost
import Machine

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
  /// Lengths of the trials of over 5 ms, which silicon does not explain.
  var delays: [UInt64] = []
  /// How many of them the task slept through: it never asks to, so a trap handler did.
  var sleeps = 0
  public internal(set) var longestTicks: UInt64 = 0
  var roundTrips: [UInt64] = []
  var entries: [UInt64] = []
  var resumes: [UInt64] = []
  /// What the first trap showed; the others' must be the same.
  public internal(set) var first: TrapSigns?
  public internal(set) var differing = 0
  /// What Linux's log said of the tasks that tried it; nil where the log cannot be read.
  public internal(set) var reports: [DetectionReport]?
  /// Bus locks that the PMU counted of them; nil where it cannot.
  public internal(set) var busLocks: Int?
  /// SMIs meanwhile; nil where MSR 0x34 cannot be read.
  public internal(set) var smis: Int?
  /// Why it was not tried.
  var refusal: String?

  init(_ cell: TrapCell) { self.cell = cell }

  public var delayedCount: Int { delays.count }

  /// Whether operations are delayed on purpose: the rare long one that the task did not sleep through is what a busy host
  /// does to anything.
  public var isDelayed: Bool { sleeps > 0 || (!delays.isEmpty && delays.count * 20 >= issued) }
}

extension TrapRecord {
  /// What split locks that are issued next have to be measured as.
  var behaviour: DoseResponse.Behaviour { trapped > 0 ? .trapped : isDelayed ? .delayed : .completed }
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
  public enum Outcome: String, Sendable {
    case completed, trapped, delayed, killed, mixed
    case timedOut = "timed-out"
  }

  public var outcome: Outcome {
    if timedOut > 0 { return .timedOut }
    if cell.context == .child { return killed == 0 ? .completed : killed == issued ? .killed : .mixed }
    if trapped > 0 { return trapped == issued ? .trapped : .mixed }
    return isDelayed ? .delayed : .completed
  }
}

import FoundationEssentials

/// What a child of ours that owns a guest is asked to do.
public struct GuestTask: Sendable, Codable, Equatable {
  public enum Visit: String, Sendable, Codable {
    case look, creation, answer, cost, vcpus, bystander
    case hostRegisters = "host-registers"

    /// Whether a split lock of the guest's may kill its VMM: the others are made where that has not happened.
    var mayDie: Bool { self == .answer || self == .hostRegisters }
  }

  public var visit: Visit
  /// The vCPU's, the first one's of several.
  public var cpu: Int
  /// Of more vCPUs, of the bystander, or where the host's registers are read from.
  public var others: [Int] = []
  /// Whose registers the core shares.
  public var sibling: Int?
  public var rounds = 1
  public var seed: UInt64 = 0
  /// Of an answer: which.
  public var trial = GuestTrial.plain(cpl: 3)
  /// CPLs that a CPU runs; and the others, which are run once, for the way and not for the time.
  public var cpls: [Int] = []
  public var untimedCpls: [Int] = []
  /// Whether split locks of the host's own are left alone, and whether its MSR 0x33 is known to be there.
  public var hostIsFree = true
  public var hasMemoryControl = false
  /// Whether the host's Linux may answer a guest's split lock by a line in its log alone.
  public var hostIsQuiet = false
  /// Whether split locks are delayed, by the host's Linux or below it.
  public var isDelayed = false
  /// What a split lock costs in the guest, in seconds.
  public var cost = DoseResponse.assumedSeconds
  /// Upper bound on locked time, and no round is begun after so many seconds.
  public var budget = 0.0
  public var wallLimit = 0.0

  /// As the run's record calls it.
  var name: String {
    visit == .answer
      ? "guest's answer" + (trial.condition.map { ", \($0)" } ?? ", CPL \(trial.cpl)")
      : "guest's \(visit.rawValue)"
  }

  init(_ visit: Visit, cpu: Int) { (self.visit, self.cpu) = (visit, cpu) }

  /// In one argument.
  ///
  /// - Throws: `EncodingError`.
  func argument() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }

  /// - Throws: `DecodingError` for what is none.
  public init(argument: String) throws {
    self = try JSONDecoder().decode(GuestTask.self, from: Data(argument.utf8))
  }
}

/// A guest that split-locks, and what it believes meanwhile.
public enum GuestTrial: Sendable, Codable, Equatable, Hashable {
  /// At CPL 0, or 3.
  case plain(cpl: Int)
  /// We answer MSR 0x33: the guest has set bit 29, and reads it back.
  case believes
  /// It has set bit 2 of its IA32_DEBUGCTL, and reads it back; CPUID says that it may.
  case arms
  /// It has set EFLAGS.AC, and CR0.AM is on.
  case checks

  var cpl: Int { if case .plain(let cpl) = self { cpl } else { 3 } }

  var condition: String? {
    switch self {
    case .plain: nil
    case .believes: "guest-set-sld"
    case .arms: "guest-set-bld"
    case .checks: "eflags-ac"
    }
  }
}

/// One line of a child's answer.
public struct GuestLine: Sendable, Codable, Equatable {
  public var finding: GuestFinding?
  /// Split locks issued since the line before.
  public var splitLocks: Int?
  /// What could not be done, with the reason.
  public var skipped: String?
  public var reason: String?

  /// - Throws: `EncodingError`.
  func text() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) + "\n" }

  /// Nil of what is none, such as the last line of a child that was killed.
  init?(_ text: some Sequence<UInt8>) {
    guard let line = try? JSONDecoder().decode(GuestLine.self, from: Data(text)) else { return nil }
    self = line
  }

  init(
    finding: GuestFinding? = nil, splitLocks: Int? = nil, skipped: String? = nil, reason: String? = nil
  ) {
    (self.finding, self.splitLocks, self.skipped, self.reason) = (finding, splitLocks, skipped, reason)
  }
}

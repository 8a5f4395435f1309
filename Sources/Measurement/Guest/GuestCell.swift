/// One thing that is asked of a guest, or of the host beside it: a row of `guest.csv`.
public struct GuestCell: Sendable, Hashable, Codable {
  public enum Part: String, Sendable, Codable, CaseIterable {
    /// KVM itself, and what it stands on.
    case kvm
    /// A register-only loop: does a CPU run this code, or does KVM interpret it?
    case loop
    /// Operations asked for against what is in the guest's memory.
    case count
    /// MSRs 0x33 and 0xCF, as KVM answers them and as we do.
    case register
    /// The bits of CPUID that announce detection.
    case cpuid
    /// EFLAGS.AC.
    case alignment
    /// What becomes of the guest that split-locks.
    case answer
    case cost
    /// Bus locks that end entries, the guest's counter.
    case exit
    /// Several vCPUs at once.
    case vcpus
    case bystander
    /// A limit that the VMM keeps.
    case throttle
    /// The host's own registers while the guest runs.
    case hostRegister = "host-register"
  }

  public enum Place: String, Sendable, Codable { case host, guest }

  public enum Unit: String, Sendable, Codable {
    case nanoseconds = "ns"
    case milliseconds = "ms"
    case cycles, ratio, count
    case hertz = "hz"
    /// It has words, no number.
    case none = ""

    /// Whether it is a time, or made of times.
    var isTime: Bool {
      switch self {
      case .nanoseconds, .milliseconds, .cycles, .ratio, .hertz: true
      case .count, .none: false
      }
    }

    /// Whether rounds are added up instead of averaged.
    var addsUp: Bool { self == .count }
  }

  public var part: Part
  public var quantity: String
  public var unit: Unit
  /// Under which it was asked, such as `exits-on`.
  public var condition: String?
  public var place = Place.guest
  public var cpl: Int?
  public var cpu: Int?
  public var vcpus: Int?

  /// Of the time of several vCPUs: 0 where they were never at one time, and no cost.
  static let overlap = "overlap"
  fileprivate var isShare: Bool { part == .vcpus && quantity == GuestCell.overlap }

  init(
    _ part: Part, _ quantity: String, _ unit: Unit = .none, condition: String? = nil, place: Place = .guest,
    cpl: Int? = nil, cpu: Int? = nil, vcpus: Int? = nil
  ) {
    (self.part, self.quantity, self.unit, self.condition) = (part, quantity, unit, condition)
    (self.place, self.cpl, self.cpu, self.vcpus) = (place, cpl, cpu, vcpus)
  }
}

/// What one round, or one look, gave of a cell.
public struct GuestFinding: Sendable, Codable, Equatable {
  public var cell: GuestCell
  public var value: Double?
  /// In words.
  public var found: String?
  public var operations = 0

  init(_ cell: GuestCell, _ value: Double? = nil, found: String? = nil, operations: Int = 0) {
    (self.cell, self.value, self.found, self.operations) = (cell, value, found, operations)
  }
}

/// A row of `guest.csv`.
public struct GuestRow: Sendable {
  public var cell: GuestCell
  public var roundCount: Int
  public var value: Double?
  public var low: Double?
  public var high: Double?
  public var found: String?
  public var operations: Int
  /// Nil of what is no time, nor made of times that may be below zero.
  public var roundsNotAboveZero: Int?

  init(_ cell: GuestCell, _ findings: [GuestFinding]) {
    self.cell = cell
    let values = findings.compactMap(\.value)
    roundCount = max(values.count, 1)
    operations = findings.reduce(0) { $0 + $1.operations }
    let words = findings.compactMap(\.found)
    found = Set(words).count > 1 ? Set(words).sorted().joined(separator: " or ") : words.first
    if cell.unit.addsUp {
      value = values.isEmpty ? nil : values.reduce(0, +)
      return
    }
    guard !values.isEmpty else { return }
    guard !cell.isShare else {
      value = Order.median(values)
      return
    }
    let notAboveZero = values.count { $0 <= 0 }
    roundsNotAboveZero = notAboveZero
    guard notAboveZero > 0 else {
      if let estimate = Estimate(rounds: values) {
        (value, low, high) = (estimate.value, estimate.low, estimate.high)
      }
      return
    }
    // They have no logarithm, and without them the value would be too high.
    value = Order.median(values).flatMap { $0 < 0 ? nil : $0 }
  }
}

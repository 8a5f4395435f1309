import LockKernels
import Machine

/// So many offenders on operands arranged so: a row of `scaling.csv`.
public struct ScalingCell: Sendable, Hashable {
  public enum Arrangement: String, Sendable, CaseIterable, Codable {
    /// All on one operand.
    case shared
    /// Each on an operand of its own.
    case own
    /// Every second one splits; the others add to an aligned operand on the first of the same two lines.
    case mixed
    /// One offender, and one that only reads the same operand, with plain loads.
    case plainReader = "plain-reader"
    /// One offender, and one that reads the same operand with locked operations.
    case lockedReader = "locked-reader"

    public var summary: String {
      switch self {
      case .shared: "all on one operand"
      case .own: "each on an operand of its own"
      case .mixed:
        "every second one splits, the others use an aligned operand on the first of the same two lines"
      case .plainReader: "one adds, one reads the same operand with plain loads"
      case .lockedReader: "one adds, one reads the same operand with locked operations"
      }
    }
  }

  public var arrangement: Arrangement
  public var placement: Placement
  public var threads: Int

  public var takesBusLocks: Bool { placement.isSplit }
}

/// How many offenders, where, how often.
public struct ScalingPlan: Sendable {
  /// CPUs of the offenders, in the order in which they join.
  public var cpus: [Int]
  public var share: Plan.Share

  /// Length of one measurement in seconds.
  static let slice = 0.001

  /// Locked time of one measurement in seconds, at most: the slice, and one operation of each thread that has begun then.
  static func lockedTime(threads: Int, cost: Double) -> Double { slice + Double(threads) * cost }

  /// - Parameter cpus: those that may offend. One of every core comes first, so that siblings join last.
  public init(cpus: [LogicalCpu], share: Plan.Share) {
    var seen: [Int: Int] = [:]
    let ranked = cpus.map { cpu -> (rank: Int, id: Int) in
      defer { seen[cpu.core, default: 0] += 1 }
      return (seen[cpu.core, default: 0], cpu.id)
    }
    self.cpus = ranked.sorted { $0 < $1 }.map(\.id)
    self.share = share
  }

  /// Powers of two, and all.
  public var counts: [Int] {
    var counts: [Int] = []
    var count = 1
    while count < cpus.count {
      counts.append(count)
      count *= 2
    }
    return counts + [cpus.count]
  }

  public var cells: [ScalingCell] {
    let placements: [Placement] = [.aligned, .lineSplit]
    let many = counts.filter { $0 > 1 }
    return placements.flatMap { placement in
      counts.map { ScalingCell(arrangement: .own, placement: placement, threads: $0) }
        + many.map { ScalingCell(arrangement: .shared, placement: placement, threads: $0) }
    } + many.map { ScalingCell(arrangement: .mixed, placement: .lineSplit, threads: $0) }
      + (cpus.count < 2
        ? []
        : placements.flatMap { placement in
          [ScalingCell.Arrangement.plainReader, .lockedReader].map {
            ScalingCell(arrangement: $0, placement: placement, threads: 2)
          }
        })
  }
}

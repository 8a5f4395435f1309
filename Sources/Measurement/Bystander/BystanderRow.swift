import LockKernels
import Machine
import RealModule

/// One row of `bystander.csv`.
public struct BystanderRow: Sendable {
  public enum Verdict: String, Sendable, CaseIterable {
    /// The whole interval lies above the noise floor.
    case slowed
    /// The whole interval lies within 2 % of 1.
    case notSlowed = "not-slowed"
    /// The whole interval lies below it.
    case faster
    case undecided
    case trapped
  }

  public enum Warning: String, Sendable, CaseIterable {
    case fewRounds = "few-rounds"
    case wideInterval = "wide-interval"
    case usesDisturbed = "uses-disturbed-rounds"
    case rateMissed = "rate-missed"
    case notOverlapped = "not-overlapped"

    public var meaning: String {
      switch self {
      case .fewRounds: "fewer than \(CostRow.fewestRounds) rounds stand behind the interval"
      case .wideInterval: "the interval is wider than \(Int(CostRow.widestHalfWidth * 100)) % either way"
      case .usesDisturbed: "too few rounds were undisturbed; all were used"
      case .rateMissed: "the aggressor reached less than four fifths of the rate that was asked for"
      case .notOverlapped:
        "in a quarter of the rounds or more the aggressor did not work all the time; those were left out"
      }
    }
  }

  public var cell: BystanderCell
  public var index: Int
  public var roundCount: Int
  public var requestedRate: Double?
  public var achievedRate: Double?
  /// Share of the time that the aggressor's split locks held the bus: rate times native cost; nil where none were issued.
  public var lockedFraction: Double?
  public var busLocks: Int
  public var controlNs: Double?
  public var treatedNs: Double?
  /// The victim beside an idle CPU.
  public var idleNs: Double?
  public var slowdown: Estimate?
  public var verdict: Verdict
  public var warnings: [Warning]
}

extension BystanderExperiment {
  /// The estimates so far, one row a measured cell, in the order of the plan.
  public func rows() -> [BystanderRow] {
    let floors = noiseFloors
    return records.enumerated().compactMap { index, record in
      guard !record.rounds.isEmpty || record.trap != nil else { return nil }
      return row(record, index, floor: floors[Bystander(record.cell)] ?? BystanderExperiment.leastFloor)
    }
  }

  /// A difference below this is none, even where idle beside idle shows less.
  static let leastFloor = 0.01
  /// What differs by no more is the same. A fixed margin: noise must not prove sameness.
  static let sameWithin = 0.02

  private struct Bystander: Hashable {
    var pair: RelatedPair
    var victim: Victim
    init(_ cell: BystanderCell) { (pair, victim) = (cell.pair, cell.victim) }
  }

  /// By victim: how far idle beside idle, which differ in nothing, lies from 1.
  private var noiseFloors: [Bystander: Double] {
    var floors: [Bystander: Double] = [:]
    for record in records where record.cell.aggressor == .idle {
      guard let estimate = record.slowdown, let low = estimate.low, let high = estimate.high else { continue }
      floors[Bystander(record.cell)] = max(BystanderExperiment.leastFloor, 1 - low, high - 1)
    }
    return floors
  }

  private func row(_ record: BystanderRecord, _ index: Int, floor: Double) -> BystanderRow {
    let used = record.usedRounds
    let slowdown = record.slowdown
    let rate = Order.median(used.map(\.rate)).map { $0 / clock.seconds(1) }
    let site = sites.first { $0.pair == record.cell.pair }
    let idle = records.first {
      $0.cell.aggressor == .idle && $0.cell.pair == record.cell.pair && $0.cell.victim == record.cell.victim
    }
    var row = BystanderRow(
      cell: record.cell, index: index, roundCount: used.count, requestedRate: record.requestedRate,
      achievedRate: record.cell.aggressor == .idle ? nil : rate,
      lockedFraction: record.cell.aggressor.takesBusLocks
        ? rate.flatMap { rate in site.map { rate * $0.cost(clock) } } : nil,
      busLocks: record.busLocks,
      controlNs: Order.median(used.map(\.controlTicks)).map(clock.nanoseconds),
      treatedNs: Order.median(used.map(\.treatedTicks)).map(clock.nanoseconds),
      idleNs: idle.flatMap { Order.median($0.usedRounds.map(\.controlTicks)) }.map(clock.nanoseconds),
      slowdown: slowdown, verdict: .undecided, warnings: [])
    row.verdict = record.trap != nil ? .trapped : BystanderExperiment.verdict(slowdown, floor: floor)
    if used.count < CostRow.fewestRounds { row.warnings.append(.fewRounds) }
    if let width = slowdown?.relativeHalfWidth, width > CostRow.widestHalfWidth {
      row.warnings.append(.wideInterval)
    }
    if record.usesDisturbedRounds { row.warnings.append(.usesDisturbed) }
    if let requested = record.requestedRate, let rate, record.cell.aggressor != .idle, rate < 0.8 * requested
    {
      row.warnings.append(.rateMissed)
    }
    if record.rounds.count(where: { !$0.hasOverlapped }) * 4 >= max(1, record.rounds.count) {
      row.warnings.append(.notOverlapped)
    }
    return row
  }

  static func verdict(_ slowdown: Estimate?, floor: Double) -> BystanderRow.Verdict {
    guard let low = slowdown?.low, let high = slowdown?.high else { return .undecided }
    if low > 1 + floor { return .slowed }
    if high < 1 - floor { return .faster }
    return low >= 1 - sameWithin && high <= 1 + sameWithin ? .notSlowed : .undecided
  }
}

import LockKernels

/// One row of `pingpong.csv`.
public struct PingPongRow: Sendable {
  public enum Outcome: String, Sendable {
    case completed, trapped
    case timedOut = "timed-out"
  }

  public var cell: PingPongCell
  public var roundCount: Int
  public var oneWayNs: Estimate?
  public var oneWayTicks: Double?
  public var ratioToAligned: Double?
  public var attemptsPerPass: Double?
  public var passes: Int
  public var operations: Int
  public var tscOffsetNs: Double
  public var tscOffsetErrorNs: Double
  public var outcome: Outcome
  /// Whether every pass found the counter as the other side had left it.
  public var isAtomic: Bool
  public var contradiction: String?
}

extension PingPongExperiment {
  /// The estimates so far, one row a measured cell, in the order of the plan.
  public func rows() -> [PingPongRow] {
    let contradictions = PairSite.contradictions(sites)
    return records.compactMap { record -> PingPongRow? in
      guard record.operations > 0 || record.trap != nil,
        let site = sites.first(where: { $0.pair == record.cell.pair })
      else { return nil }
      let aligned = records.first { $0.cell.pair == record.cell.pair && $0.cell.placement == .aligned }
      let ratio: Double? =
        if record.cell.placement.isSplit, let split = record.oneWay, let base = aligned?.oneWay {
          split.value / base.value
        } else { nil }
      return PingPongRow(
        cell: record.cell, roundCount: record.oneWayTicks.count,
        oneWayNs: record.oneWay?.scaled(by: clock.nanoseconds(1)), oneWayTicks: record.oneWay?.value,
        ratioToAligned: ratio, attemptsPerPass: Order.median(record.attemptsPerPass), passes: record.passes,
        operations: record.operations, tscOffsetNs: clock.nanoseconds(site.check.tscOffsetTicks),
        tscOffsetErrorNs: clock.nanoseconds(site.check.tscOffsetErrorTicks),
        outcome: record.trap != nil ? .trapped : record.oneWayTicks.isEmpty ? .timedOut : .completed,
        isAtomic: record.wrongCounts == 0, contradiction: contradictions[site.pair])
    }
  }
}

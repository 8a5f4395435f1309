import LockKernels
import Machine

/// One row of `trap.csv`.
public struct TrapRow: Sendable {
  /// A distribution in ns; a percentile only with ten values beyond it.
  public struct Distribution: Sendable {
    public var median: Double
    public var p90: Double?
    public var p99: Double?
    public var p999: Double?

    init?(_ ticks: [UInt64], _ clock: TscClock) {
      let sorted = ticks.map { clock.nanoseconds(Double($0)) }.sorted()
      guard let median = Order.quantile(0.5, ofSorted: sorted) else { return nil }
      self.median = median
      p90 = Order.tailQuantile(0.9, ofSorted: sorted)
      p99 = Order.tailQuantile(0.99, ofSorted: sorted)
      p999 = Order.tailQuantile(0.999, ofSorted: sorted)
    }
  }

  public var cell: TrapCell
  public var coreKind: CoreKind
  public var outcome: TrapRecord.Outcome
  public var kind: TrapRecord.Kind
  public var issued: Int
  /// Nil in a child, which does not tell.
  public var performed: Int?
  public var trapped: Int?
  public var killed: Int?
  public var signal: Int?
  public var signs: TrapSigns?
  public var delayedCount: Int
  public var longestNs: Double?
  public var entryNs: Double?
  public var resumeNs: Double?
  public var roundTrip: Distribution?
  public var isBalanced: Bool
}

extension TrapExperiment {
  /// What was found so far, one row a cell that was tried, in the order of the plan.
  public func rows() -> [TrapRow] {
    records.filter { $0.issued > 0 }.map { record in
      let isChild = record.cell.context == .child
      func median(_ ticks: [UInt64]) -> Double? {
        Order.median(ticks.map { clock.nanoseconds(Double($0)) })
      }
      return TrapRow(
        cell: record.cell, coreKind: machine.topology.cpu(record.cell.cpu)?.coreKind ?? .uniform,
        outcome: record.outcome, kind: record.kind, issued: record.issued,
        performed: isChild ? nil : record.performed, trapped: isChild ? nil : record.trapped,
        killed: isChild ? record.killed : nil, signal: record.signal.map { Int($0) }, signs: record.first,
        delayedCount: record.delayedCount,
        longestNs: isChild ? nil : clock.nanoseconds(Double(record.longestTicks)),
        entryNs: median(record.entries), resumeNs: median(record.resumes),
        roundTrip: TrapRow.Distribution(record.roundTrips, clock), isBalanced: record.isBalanced)
    }
  }

  /// CPUs whose answer to the same trial differs from most CPUs', with what they did.
  public var disagreements: [(cpu: Int, what: String)] {
    struct Trial: Hashable {
      var trigger: TrapCell.Trigger
      var placement: Placement
    }
    let telling = records.filter {
      $0.issued > 0 && $0.cell.context == .inProcess && $0.cell.widthBytes == 8 && $0.cell.isLocked
    }
    return Dictionary(grouping: telling) { Trial(trigger: $0.cell.trigger, placement: $0.cell.placement) }
      .values.flatMap { group -> [(cpu: Int, what: String)] in
        let counts = Dictionary(grouping: group, by: \.outcome).mapValues(\.count)
        guard counts.count > 1, let usual = counts.max(by: { $0.value < $1.value })?.key else { return [] }
        return group.filter { $0.outcome != usual }.map {
          (
            $0.cell.cpu,
            "\($0.cell.trigger.rawValue), \($0.cell.placement.rawValue): \($0.outcome.rawValue), elsewhere \(usual.rawValue)"
          )
        }
      }.sorted { $0.cpu < $1.cpu }
  }

  public var warnings: [RunWarning] {
    var warnings = RunWarning.unexplained(unexplainedDelay)
    if let first = disagreements.first {
      warnings.append(
        RunWarning(
          "cpus-disagree",
          "CPU \(first.cpu) answers otherwise than most (\(first.what))"
            + (disagreements.count > 1 ? ", and \(disagreements.count - 1) more" : ""),
          "see trap.csv: a task's fate depends on the CPU it runs on"))
    }
    let off = records.count { $0.issued > 0 && !$0.isBalanced }
    if off > 0 {
      warnings.append(
        RunWarning(
          "ledger", "\(off) rows of trap.csv do not account for every operation",
          "see issued, performed and trapped there; an emulator or a hypervisor may repeat or drop operations"
        ))
    }
    return warnings
  }
}

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
  /// CPUs of the same core, this one among them.
  public var siblings: [Int]
  public var outcome: TrapRecord.Outcome
  public var answer: TrapAnswer
  public var issued: Int
  /// Nil in a child, which does not tell.
  public var performed: Int?
  public var trapped: Int?
  public var killed: Int?
  public var signal: Int?
  public var signs: TrapSigns?
  public var logLines: Int?
  public var busLocks: Int?
  public var ledger: TrapLedger
  public var delayedCount: Int
  /// Of the operations over 5 ms alone.
  public var delays: Distribution?
  public var leastDelayNs: Double?
  public var longestNs: Double?
  public var entry: Distribution?
  public var resume: Distribution?
  public var roundTrip: Distribution?
  /// Who makes it dear; nil where it is not, or was not split.
  public var attribution: Attribution?
}

extension TrapExperiment {
  /// What was found so far, one row a cell that was tried, in the order of the plan.
  public func rows() -> [TrapRow] { records.filter { $0.issued > 0 }.map(row) }

  private func row(_ record: TrapRecord) -> TrapRow {
    let isChild = record.cell.context == .child
    let cpu = machine.topology.cpu(record.cell.cpu)
    let answer = answer(record)
    let ledger = record.ledger(answer.kind)
    return TrapRow(
      cell: record.cell, coreKind: cpu?.coreKind ?? .uniform,
      siblings: machine.topology.cpus.filter { $0.core == cpu?.core }.map(\.id),
      outcome: record.outcome, answer: answer, issued: record.issued,
      performed: isChild ? nil : record.performed, trapped: isChild ? nil : record.trapped,
      killed: isChild ? record.killed : nil, signal: record.signal.map { Int($0) }, signs: record.first,
      logLines: record.reports?.count, busLocks: record.busLocks, ledger: ledger,
      delayedCount: record.delayedCount, delays: TrapRow.Distribution(record.delays, clock),
      leastDelayNs: record.delays.min().map { clock.nanoseconds(Double($0)) },
      longestNs: isChild ? nil : clock.nanoseconds(Double(record.longestTicks)),
      entry: TrapRow.Distribution(record.entries, clock), resume: TrapRow.Distribution(record.resumes, clock),
      roundTrip: TrapRow.Distribution(record.roundTrips, clock),
      attribution: attribution(record, answer.kind, ledger))
  }

  func answer(_ record: TrapRecord) -> TrapAnswer {
    var cell = record.cell
    cell.context = .inProcess
    let isArmed = machine.registers.contains { $0.cpu == cell.cpu && $0.splitLockDetection == true }
    return record.answer(
      machine.policy, isArmed: isArmed, inProcess: records.first { $0.cell == cell })
  }

  private func attribution(
    _ record: TrapRecord, _ kind: TrapAnswer.Kind, _ ledger: TrapLedger
  ) -> Attribution? {
    let cell = record.cell
    guard cell.takesBusLock, cell.context == .inProcess,
      let median = TrapRow.Distribution(record.roundTrips, clock)
    else { return nil }
    let aligned = records.first {
      $0.cell.cpu == cell.cpu && $0.cell.trigger == cell.trigger && $0.cell.context == .inProcess
        && $0.cell.placement == .aligned && $0.cell.widthBytes == cell.widthBytes && $0.cell.isLocked
    }
    // A single timing holds the timer: what is left is at least one of its steps.
    func cost(_ ns: Double) -> Double { max(1, ns - timer) }
    return Attribution.judge(
      Attribution.Case(
        aligned: aligned.flatMap { TrapRow.Distribution($0.roundTrips, clock) }.map { cost($0.median) },
        median: cost(median.median), p90: median.p90.map(cost), issued: record.issued,
        trapped: record.trapped,
        delayed: record.delayedCount, isDelayed: record.isDelayed, kind: kind, policy: machine.policy,
        hypervisor: machine.processor.hypervisor, exit: exit, timer: timer, smis: record.smis,
        isBalanced: ledger.isBalanced))
  }
}

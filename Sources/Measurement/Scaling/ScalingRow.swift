/// One row of `scaling.csv`.
public struct ScalingRow: Sendable {
  public enum Verdict: String, Sendable { case atomic, violated, trapped }

  public var cell: ScalingCell
  public var cpus: [Int]
  public var roundCount: Int
  public var operations: Int
  public var throughput: Estimate?
  public var splitThroughput: Double?
  /// Throughput over that of one offender on an operand of its own of the same placement; of `mixed` that of those that
  /// split.
  public var ratioToOne: Double?
  public var leastShare: Double?
  public var mostShare: Double?
  public var fairness: Double?
  public var worst: Double?
  public var apart: Int
  public var wrongSums: Int
  public var reads: Int?
  public var tornReads: Int?
  public var verdict: Verdict
}

extension ScalingExperiment {
  /// The estimates so far, one row a measured cell, in the order of the plan.
  public func rows() -> [ScalingRow] {
    records.filter { $0.operations > 0 || $0.trap != nil }.map { record in
      let one = records.first {
        $0.cell.arrangement == .own && $0.cell.threads == 1 && $0.cell.placement == record.cell.placement
      }?.throughput?.value
      let hasReader = record.cell.arrangement == .plainReader || record.cell.arrangement == .lockedReader
      let throughput = record.throughput
      let isMixed = record.cell.arrangement == .mixed
      let compared = isMixed ? record.splitThroughput : throughput
      return ScalingRow(
        cell: record.cell, cpus: Array(plan.cpus.prefix(record.cell.threads)),
        roundCount: record.rounds.count,
        operations: record.operations, throughput: throughput,
        splitThroughput: isMixed ? record.splitThroughput?.value : nil,
        ratioToOne: compared.flatMap { all in one.map { all.value / $0 } },
        // Those that split and those that do not have no shares to compare.
        leastShare: isMixed ? nil : record.shares?.least, mostShare: isMixed ? nil : record.shares?.most,
        fairness: isMixed ? nil : record.fairness,
        worst: record.worst, apart: record.apart, wrongSums: record.wrongSums,
        reads: hasReader ? record.reads : nil,
        tornReads: hasReader ? record.tornReads : nil,
        verdict: record.trap != nil ? .trapped : record.isAtomic ? .atomic : .violated)
    }
  }
}

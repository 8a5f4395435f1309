/// One row of `scaling.csv`.
public struct ScalingRow: Sendable {
  public enum Verdict: String, Sendable { case atomic, violated, trapped }

  public var cell: ScalingCell
  public var cpus: [Int]
  public var roundCount: Int
  public var operations: Int
  public var throughput: Estimate?
  public var splitThroughput: Double?
  /// Throughput over that of one offender on an operand of the same placement.
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
      return ScalingRow(
        cell: record.cell, cpus: Array(plan.cpus.prefix(record.cell.threads)),
        roundCount: record.rounds.count,
        operations: record.operations, throughput: throughput,
        splitThroughput: record.cell.arrangement == .mixed ? record.splitThroughput?.value : nil,
        ratioToOne: throughput.flatMap { all in one.map { all.value / $0 } },
        leastShare: record.shares?.least, mostShare: record.shares?.most, fairness: record.fairness,
        worst: record.worst, apart: record.apart, wrongSums: record.wrongSums,
        reads: hasReader ? record.reads : nil,
        tornReads: hasReader ? record.tornReads : nil,
        verdict: record.trap != nil ? .trapped : record.isAtomic ? .atomic : .violated)
    }
  }
}

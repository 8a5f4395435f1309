import LockKernels

/// What a run found out beside its rows.
extension CostExperiment {
  /// Whether a headline cell reached the plan's precision, or ended with its share of the budget and the time.
  public struct Headline: Sendable, Codable {
    public var cell: Int
    public var busLocks: Int
    public var relativeHalfWidth: Double?
    public var reached: Bool
  }

  public var headlines: [Headline] {
    records.filter(\.isHeadline).map { record in
      let width = record.ticks?.relativeHalfWidth
      return Headline(
        cell: record.index, busLocks: record.busLocks, relativeHalfWidth: width,
        reached: width.map { $0 <= plan.headlinePrecision } ?? false)
    }
  }

  /// What one measuring CPU learned of itself.
  public struct CpuFindings: Sendable, Codable {
    public var cpu: Int
    public var timer: TimerCost
    /// Core cycles an operation that the loop's own instructions cost if nothing overlapped them.
    public var loopOverheadBoundCoreCycles: Double
    public var rule: DisturbanceRule
    /// How it and the CPU that modifies its lines are related, by what they show.
    public var pair: PairCheck?
    /// By placement.
    public var doseRamp: [String: DoseResponse]
  }

  public var cpuFindings: [CpuFindings] {
    measuringCpus.compactMap { cpus[$0] }.map { cpu in
      CpuFindings(
        cpu: cpu.id, timer: cpu.timerCost, loopOverheadBoundCoreCycles: cpu.loopOverheadBound,
        rule: cpu.runner.rule, pair: cpu.pair,
        doseRamp: Dictionary(
          uniqueKeysWithValues: cpu.doseResponses.map { ($0.key.rawValue, $0.value) }))
    }
  }

  public var memoryShortcomings: Set<OperandMemory.Shortcoming> {
    cpus.values.reduce(into: []) { $0.formUnion($1.memoryShortcomings) }
  }

  /// Cells that were planned and never measured, with the reason.
  public var unmeasured: [(cell: Cell, reason: String)] {
    records.filter { !$0.isMeasured }.map { record in
      let reason = record.isTimed ? "all timings were disturbed beyond use" : record.satOut
      return (record.cell, reason ?? "the run ended before its turn")
    }
  }

  /// Whether any group was counted by the PMU.
  var wasCounted: Bool { records.contains { $0.countedBusLocks != nil } }
}

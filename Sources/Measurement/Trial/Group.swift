/// The cost of one operation as the slope between two operation counts of the same body.
///
/// What a call costs beyond its operations is in both timings and cancels; no empty loop is subtracted, since an
/// out-of-order core overlaps a loop's own instructions with the body.
public struct Sample: Sendable, Equatable {
  public var shortOperations: Int
  public var shortTicks: UInt64
  public var longOperations: Int
  public var longTicks: UInt64

  public init(shortOperations: Int, shortTicks: UInt64, longOperations: Int, longTicks: UInt64) {
    self.shortOperations = shortOperations
    self.shortTicks = shortTicks
    self.longOperations = longOperations
    self.longTicks = longTicks
  }

  /// TSC ticks an operation; below zero where the shorter timing was the disturbed one.
  public var ticksPerOperation: Double {
    (Double(longTicks) - Double(shortTicks)) / Double(longOperations - shortOperations)
  }
}

/// What one cell gave in one round.
public struct Group: Sendable {
  public var round: Int
  /// Position in the run's order of measurement.
  public var sequence: Int
  public var samples: [Sample] = []
  /// Single operations in TSC ticks, timer cost included.
  public var singles: [UInt64] = []
  public var disturbances: Set<Disturbance> = []
  /// Core cycles a TSC tick, the mean of the probes before and after.
  public var corePerTick = 1.0
  /// Operations issued, warm-up included.
  public var operations = 0
  /// TSC ticks spent in timed batches, and operations in them: throughput, delays and all.
  public var batchTicks: UInt64 = 0
  public var batchOperations = 0
  public var trap: Trap?
  /// Timed calls that took milliseconds longer than silicon explains, unless Linux ran something else meanwhile.
  public var delayedCalls = 0
  /// Length in seconds of an operation that nothing explains and that ends the run.
  public var unexplainedDelay: Double?
  /// Independent adds a core cycle, the lower of the probes before and after.
  public var addsPerCycle = 0.0
  /// Whether the lines could be brought into the cell's state: another CPU may not answer in time.
  public var isPrepared = true
  /// Counted by the PMU, where there is one.
  public var busLocksPerOperation: Double?
  public var pmuCyclesPerOperation: Double?

  public init(round: Int, sequence: Int) {
    self.round = round
    self.sequence = sequence
  }

  /// The group's one number: the median of its samples, or of its singles where it has only those; in TSC ticks.
  public var medianTicks: Double? {
    let values =
      samples.isEmpty ? singles.map { Double($0) } : samples.map(\.ticksPerOperation)
    return Order.median(values).flatMap { $0 > 0 ? $0 : nil }
  }
}

import DetectionControl
import Machine

/// What is known of one cell: a row of `toggle.csv`.
public struct ToggleRow: Sendable {
  public var cell: ToggleCell
  /// Of the writer to the CPU; nil of all CPUs, and of the sysctl.
  public var relation: Relation?
  /// Of writes to one CPU: what became of the first one.
  public var write: ControlledMachine.WriteOutcome?
  public var roundCount: Int
  /// Of `behaviour`: writes that met the offender at work.
  public var trials: Int?
  public var samples: Int
  /// Of `behaviour` until the first split lock that did not pass free.
  public var medianNs: Estimate?
  public var leastNs: Double?
  public var p90Ns: Double?
  public var p99Ns: Double?
  public var mostNs: Double?
  /// Of `behaviour`: until the end of the last split lock that passed free; 0 where that had ended before the write.
  public var lastFreeNs: Double?
  /// Bound on the error of times between two CPUs' clocks; nil where one clock is enough, or the pair could not be looked at.
  public var tscOffsetErrorNs: Double?
  public var achievedRate: Double?
  public var controlNs: Double?
  public var treatedNs: Double?
  public var slowdown: Estimate?
}

/// All that a run knows of one cell.
struct ToggleRecord {
  /// By round; in TSC ticks.
  var samples: [[Double]] = []
  var trials = 0
  var lastFree: [Double] = []
  /// The victim's operation, by round; in TSC ticks.
  var slices: [(control: Double, treated: Double)] = []
  /// Of the toggling beside it.
  var operations = 0
  var ticks = 0.0

  var roundCount: Int { max(samples.count, slices.count) }
  var isEmpty: Bool { samples.isEmpty && trials == 0 && slices.isEmpty }

  func row(_ cell: ToggleCell, clock: TscClock) -> ToggleRow {
    let sorted = samples.flatMap { $0 }.sorted()
    let medians = samples.compactMap(Order.median).map(clock.nanoseconds)
    return ToggleRow(
      cell: cell, roundCount: roundCount, trials: cell.part == .behaviour ? trials : nil,
      samples: sorted.count, medianNs: Estimate(rounds: medians),
      leastNs: sorted.first.map(clock.nanoseconds),
      p90Ns: Order.tailQuantile(0.9, ofSorted: sorted).map(clock.nanoseconds),
      p99Ns: Order.tailQuantile(0.99, ofSorted: sorted).map(clock.nanoseconds),
      mostNs: sorted.last.map(clock.nanoseconds),
      lastFreeNs: Order.median(lastFree).map(clock.nanoseconds),
      achievedRate: ticks > 0 ? Double(operations) / clock.seconds(ticks) : nil,
      controlNs: Order.median(slices.map(\.control)).map(clock.nanoseconds),
      treatedNs: Order.median(slices.map(\.treated)).map(clock.nanoseconds),
      slowdown: Bootstrap.estimate(rounds: slices.map { $0.treated / $0.control }))
  }
}

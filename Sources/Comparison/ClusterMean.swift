import Measurement
import RealModule

/// The geometric mean of a quantity over machines, each of some runs, with the spread between machines in its interval.
///
/// Every machine counts once, however many runs it has: the mean of the machines' means of logarithms. Its error is the spread of
/// those, which holds the spread between machines and that between runs as far as runs did not average it out. For equal numbers of
/// runs this is the exact interval of a random-effects model, for unequal ones a slightly wide one (Burdick and Graybill, Confidence
/// Intervals on Variance Components, 1992, 3.3).
public struct ClusterMean: Sendable, Equatable {
  /// Geometric mean.
  public var value: Double
  /// Its 95 % interval; nil with fewer than three machines, or of one machine with fewer than three runs.
  public var low: Double?
  public var high: Double?
  public var machines: Int
  public var runs: Int
  /// Whether the interval is that of one machine alone, over its runs: others of its kind may differ by more.
  public var isOfOneMachine: Bool
  /// Standard deviation of logarithms between machines, beyond what runs make by themselves; nil with fewer than two machines, or
  /// where none has two runs.
  public var betweenMachines: Double?
  /// Between runs of one machine; nil where none has two.
  public var betweenRuns: Double?

  /// By machine, the mean of its runs' logarithms.
  let units: RunSummary

  /// - Parameter machines: by machine, the positive numbers of its runs. Machines without any do not count.
  public init?(_ machines: [[Double]]) {
    let logs = machines.map { $0.map { Double.log($0) } }.filter { !$0.isEmpty }
    guard !logs.isEmpty else { return nil }
    let each = logs.map { RunSummary($0[...]) }
    let over = logs.count > 1 ? each.map(\.mean) : logs[0]
    let summary = RunSummary(over[...])
    self.machines = logs.count
    runs = logs.reduce(0) { $0 + $1.count }
    isOfOneMachine = logs.count == 1
    units = summary
    value = Double.exp(summary.mean)
    if summary.count >= Rules.fewestRuns {
      let reach =
        summary.varianceOfMean.value.squareRoot()
        * StudentT.quantile(central: Estimate.confidence, degrees: summary.degrees)
      (low, high) = (Double.exp(summary.mean - reach), Double.exp(summary.mean + reach))
    }
    let degrees = each.reduce(0) { $0 + $1.degrees }
    guard degrees > 0 else { return }
    let within = each.reduce(0) { $0 + $1.variance * $1.degrees } / degrees
    betweenRuns = within.squareRoot()
    guard logs.count > 1 else { return }
    // The expected spread of means holds the runs' over the harmonic mean of their numbers.
    let share = each.reduce(0) { $0 + 1 / Double($1.count) } / Double(each.count)
    betweenMachines = max(0, summary.variance - within * share).squareRoot()
  }
}

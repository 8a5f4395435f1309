import LockKernels
import Machine
import RealModule

/// How one bystander's slow-down grows with the rate of split locks, and what follows for rates too low to measure.
///
/// The model is the simplest that can be wrong: while the bus is locked the bystander loses a fixed share `k` of its
/// speed, and nothing else costs it anything, so that its throughput is 1 - k x at a locked fraction x, which is the rate
/// times the native cost of a split lock. `isExplained` says whether the ladder's steps agree with it, and its low steps with
/// its high ones.
public struct DoseCurve: Sendable, Codable {
  public var pair: RelatedPair
  public var victim: Victim
  /// k, by weighted least squares over the ladder's steps.
  public var stallShare: Double
  public var stallShareLow: Double
  public var stallShareHigh: Double
  /// Whether every step lies within its own interval, or within 2 %, of the model.
  public var isExplained: Bool
  /// The largest distance of a step's throughput from the model's.
  public var largestResidual: Double
  /// Rates that keep the bystander within some slow-down; extrapolated below the ladder's lowest rate.
  public var limits: [Limit]
  /// What it would suffer at the highest rate that `split_lock_detect=ratelimit:N` takes, 1000 a second system-wide.
  public var slowdownAtRatelimit: Double
  public var slowdownAtRatelimitLow: Double
  public var slowdownAtRatelimitHigh: Double
  /// k from the steps of at most 10 % alone, nil with fewer than three of them.
  public var stallShareOfLowSteps: Double?

  public struct Limit: Sendable, Codable {
    /// Tolerated slow-down, as a share: 0.01 is 1 %.
    public var tolerated: Double
    /// Split locks a second; nil where not even a saturated bus slows it so much.
    public var rateHz: Double?
    /// The same for the upper end of k's interval: a cautious limit.
    public var cautiousRateHz: Double?
    /// Whether the rate lies below all that were measured.
    public var isExtrapolated: Bool
  }

  /// One step of the ladder.
  struct Step {
    var fraction: Double
    var slowdown: Double
    var low: Double
    var high: Double
    var throughput: Double { 1 / slowdown }
    /// Standard error of the throughput: its interval spans about four.
    var error: Double { max((1 / low - 1 / high) / 4, 1e-4) }
  }

  /// Whether that rate lies below all that were measured.
  public var isRatelimitExtrapolated: Bool

  public static let tolerances = [0.01, 0.05, 0.10]
  static let ratelimit = 1000.0
  private static let closeEnough = 0.02
  private static let lowSteps = 0.11

  /// - Parameters:
  ///   - steps: at least three, with their achieved locked fractions.
  ///   - cost: of one split lock, in seconds.
  init?(pair: RelatedPair, victim: Victim, steps: [Step], cost: Double) {
    guard steps.count >= 3, cost > 0 else { return nil }
    self.pair = pair
    self.victim = victim
    let (k, reach, residuals) = DoseCurve.fit(steps)
    let low = steps.filter { $0.fraction <= DoseCurve.lowSteps }
    let ofLow = low.count >= 3 ? DoseCurve.fit(low) : nil
    stallShareOfLowSteps = ofLow?.k
    largestResidual = residuals.map(\.magnitude).max()!
    let agrees = ofLow.map { ($0.k - k).magnitude <= $0.reach + reach } ?? true
    isExplained =
      agrees
      && zip(residuals, steps).allSatisfy { $0.magnitude <= max(DoseCurve.closeEnough, 2 * $1.error) }
    stallShare = k
    (stallShareLow, stallShareHigh) = (k - reach, k + reach)
    // Where the model fails, low rates may cost more than high ones say.
    let cautious = isExplained ? k + reach : max(k + reach, ofLow.map { $0.k + $0.reach } ?? 0)
    let lowest = steps.map(\.fraction).min()!
    let highest = steps.map(\.fraction).max()!
    limits = DoseCurve.tolerances.map { tolerated in
      // Throughput 1 / (1 + tolerated) leaves so large a loss.
      let loss = tolerated / (1 + tolerated)
      func rate(_ k: Double) -> Double? {
        guard k > 0, loss / k <= highest else { return nil }
        return loss / k / cost
      }
      return Limit(
        tolerated: tolerated, rateHz: rate(k), cautiousRateHz: rate(cautious),
        isExtrapolated: k > 0 && loss / k < lowest)
    }
    func slowdown(_ k: Double) -> Double { 1 / max(1e-9, 1 - k * DoseCurve.ratelimit * cost) }
    slowdownAtRatelimit = slowdown(k)
    slowdownAtRatelimitLow = slowdown(k - reach)
    slowdownAtRatelimitHigh = slowdown(cautious)
    isRatelimitExtrapolated = DoseCurve.ratelimit * cost < lowest
  }

  /// k by weighted least squares through the origin, half the length of its 95 % interval, and what the steps miss it by.
  private static func fit(_ steps: [Step]) -> (k: Double, reach: Double, residuals: [Double]) {
    var (product, square) = (0.0, 0.0)
    for step in steps {
      let weight = 1 / (step.error * step.error)
      product += weight * step.fraction * (1 - step.throughput)
      square += weight * step.fraction * step.fraction
    }
    let k = product / square
    let residuals = steps.map { $0.throughput - (1 - k * $0.fraction) }
    let chi = zip(residuals, steps).reduce(0) { $0 + ($1.0 / $1.1.error) * ($1.0 / $1.1.error) }
    // A model that misses its points knows its parameter no better than it hits them.
    let inflation = max(1, chi / Double(steps.count - 1)).squareRoot()
    let t = StudentT.quantile(central: Estimate.confidence, degrees: Double(steps.count - 1))
    return (k, inflation / square.squareRoot() * t, residuals)
  }
}

extension BystanderExperiment {
  /// One curve a victim and pair, where enough of the ladder was measured.
  ///
  /// - Parameter rows: those of `rows()`, which takes thousands of resamples.
  public func doseCurves(_ rows: [BystanderRow]) -> [DoseCurve] {
    let rows = rows.filter { $0.cell.aggressor == .lineSplit }
    return sites.flatMap { site in
      plan.victims.compactMap { victim in
        let steps = rows.filter { $0.cell.pair == site.pair && $0.cell.victim == victim }.compactMap {
          row -> DoseCurve.Step? in
          guard let fraction = row.lockedFraction, let slowdown = row.slowdown, let low = slowdown.low,
            let high = slowdown.high
          else { return nil }
          return .init(fraction: fraction, slowdown: slowdown.value, low: low, high: high)
        }
        return DoseCurve(pair: site.pair, victim: victim, steps: steps, cost: site.cost(clock))
      }
    }
  }
}

import RealModule

/// A ratio with its bias-corrected and accelerated bootstrap interval (Efron, JASA 82, 1987), from one ratio a round.
///
/// The statistic is the 20 % trimmed mean of logarithms: see `Estimate`, whose interval assumes more.
public enum Bootstrap {
  static let resamples = 2000

  /// - Parameters:
  ///   - rounds: one positive ratio a round; others are refused.
  ///   - seed: of the resamples, so that equal rounds give equal intervals.
  /// - Returns: nil of none; without bounds with fewer than five rounds.
  public static func estimate(rounds: [Double], seed: UInt64 = 1) -> Estimate? {
    let inOrder = rounds.filter { $0 > 0 && $0.isFinite }.map { Double.log($0) }
    let logs = inOrder.sorted()
    guard !logs.isEmpty else { return nil }
    let counts = [Int](repeating: 1, count: logs.count)
    let value = trimmedMean(logs, counts)
    var result = Estimate(value: Double.exp(value), rounds: logs.count)
    guard logs.count >= 5 else { return result }

    var random = SeededGenerator(seed: seed)
    let replicates = (0..<resamples).map { _ -> Double in
      var counts = [Int](repeating: 0, count: logs.count)
      for _ in logs { counts[Int(random.next() % UInt64(logs.count))] += 1 }
      return trimmedMean(logs, counts)
    }.sorted()
    let (bias, acceleration) = (bias(replicates, value), acceleration(logs))
    func bound(_ z: Double) -> Double {
      let shifted = bias + z
      let adjusted = Normal.probability(below: bias + shifted / (1 - acceleration * shifted))
      return Order.quantile(adjusted, ofSorted: replicates)!
    }
    // Few rounds: a bootstrap's spread is too small by (n - 1) / n, and normal quantiles are too short (Hesterberg, The
    // American Statistician 69, 2015). Rounds that resemble each other are fewer. The interval is stretched, not taken at
    // more distant quantiles, where a handful of resamples full of one wild round would decide.
    let z = Normal.quantile((1 + Estimate.confidence) / 2)
    let kept = logs.count - 2 * Int(Estimate.trimmedShare * Double(logs.count))
    let stretch =
      (Double(kept) / Double(kept - 1)).squareRoot() * Estimate.dependence(inOrder)
      * StudentT.quantile(central: Estimate.confidence, degrees: Double(kept - 1)) / z
    result.low = Double.exp(value - stretch * max(0, value - bound(-z)))
    result.high = Double.exp(value + stretch * max(0, bound(z) - value))
    return result
  }

  /// Of sorted values that occur so many times each.
  private static func trimmedMean(_ sorted: [Double], _ counts: [Int]) -> Double {
    let total = counts.reduce(0, +)
    let trimmed = Int(Estimate.trimmedShare * Double(total))
    var (skip, left, sum) = (trimmed, total - 2 * trimmed, 0.0)
    let kept = left
    for (value, count) in zip(sorted, counts) where left > 0 {
      let usable = max(0, count - skip)
      skip = max(0, skip - count)
      let taken = min(usable, left)
      sum += value * Double(taken)
      left -= taken
    }
    return sum / Double(kept)
  }

  /// How far the replicates' median lies from the value, in standard normal quantiles; ties count half.
  private static func bias(_ replicates: [Double], _ value: Double) -> Double {
    let below = Double(replicates.count { $0 < value }) + Double(replicates.count { $0 == value }) / 2
    let share = min(max(below / Double(replicates.count), 0.001), 0.999)
    return Normal.quantile(share)
  }

  /// From the jackknife: how the statistic's spread changes with its value.
  private static func acceleration(_ logs: [Double]) -> Double {
    let leftOut = logs.indices.map { index -> Double in
      var counts = [Int](repeating: 1, count: logs.count)
      counts[index] = 0
      return trimmedMean(logs, counts)
    }
    let mean = leftOut.reduce(0, +) / Double(leftOut.count)
    let squares = leftOut.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let cubes = leftOut.reduce(0) { $0 + (mean - $1) * (mean - $1) * (mean - $1) }
    return squares > 0 ? cubes / (6 * squares * Double.sqrt(squares)) : 0
  }
}

/// The standard normal distribution.
enum Normal {
  static func probability(below z: Double) -> Double { Double.erfc(-z / Double.sqrt(2)) / 2 }

  /// The z below which so much of the distribution lies, by bisection.
  static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1)
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if Normal.probability(below: middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

import RealModule

/// What the variances of many cells say of each: Smyth's empirical Bayes (Statistical Applications in Genetics and
/// Molecular Biology 3, 2004).
///
/// A variance from a handful of runs is the weakest part of a t test: now and then it comes out far too small, and noise
/// looks like a difference. The variances of a side's cells are taken for draws around a common one, and each is drawn
/// towards that as far as they agree.
struct VariancePrior {
  /// The common variance.
  var variance: Double
  /// How many degrees of freedom it is worth, beside the cell's own.
  var degrees: Double

  /// - Parameter most: the most degrees of freedom that it can be worth; see `IndependentCells`.
  init(_ summaries: [RunSummary], most: Double) {
    // A variance of zero is no draw: the number comes in steps.
    let used = summaries.filter { $0.count > 1 && $0.variance > 0 }
    let logs = used.map { summary in
      let half = summary.degrees / 2
      return Double.log(summary.variance) - Polygamma.digamma(half) + Double.log(half)
    }
    guard logs.count > 1 else {
      self.init(variance: 0, degrees: 0)
      return
    }
    let mean = logs.reduce(0, +) / Double(logs.count)
    let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logs.count - 1)
    let sampling = used.reduce(0) { $0 + Polygamma.trigamma($1.degrees / 2) } / Double(used.count)
    guard squares > sampling else {
      // No more scatter than so few runs make by themselves.
      self.init(variance: Double.exp(mean), degrees: most)
      return
    }
    let half = Polygamma.inverseTrigamma(squares - sampling)
    self.init(
      variance: Double.exp(mean + Polygamma.digamma(half) - Double.log(half)), degrees: min(2 * half, most))
  }

  private init(variance: Double, degrees: Double) {
    self.variance = variance
    self.degrees = degrees
  }

  /// A cell's variance, moderated.
  func moderated(_ summary: RunSummary) -> ModeratedVariance {
    let total = summary.degrees + degrees
    return ModeratedVariance(
      value: (degrees * variance + summary.degrees * summary.variance) / total, degrees: total)
  }
}

/// A variance between runs with the degrees of freedom behind it.
struct ModeratedVariance {
  var value: Double
  var degrees: Double
}

import Measurement
import RealModule

/// By how much the runs of one side vary more than those of the other, as all cells of a family show it.
///
/// Welch's degrees of freedom come from the two variances of a cell, each of a handful of runs. Where one side is
/// noisier and its few runs happen to agree, they come out too many, and that is where false differences among many cells are
/// made: with one side ten times as noisy, five runs each and 200 cells, in 14 comparisons of 100 instead of 5; with ten
/// quiet runs against three noisy ones in more than half. All cells together know better which side is the noisy one.
struct NoiseRatio {
  /// Logarithm of the second side's variance over the first's: the median cell's.
  let typical: Double
  /// Standard deviation of that logarithm between cells, beyond what so few runs make by themselves: some cells may be noisier
  /// here, others there.
  let scatter: Double

  /// - Parameter pairs: the two sides of cells that as many runs have as of any cell.
  init(_ pairs: [(a: RunSummary, b: RunSummary)]) {
    let varying = pairs.filter { $0.a.variance > 0 && $0.b.variance > 0 }
    guard let first = varying.first, varying.count > 1 else {
      (typical, scatter) = (0, 0)
      return
    }
    let chances = [Chance(degrees: first.a.degrees), Chance(degrees: first.b.degrees)]
    let logs = varying.map { Double.log($0.b.variance / $0.a.variance) - chances[1].bias + chances[0].bias }
    typical = Order.median(logs)!
    let mean = logs.reduce(0, +) / Double(logs.count)
    let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logs.count - 1)
    scatter = max(0, squares - chances[0].variance - chances[1].variance).squareRoot()
  }

  /// The degrees of freedom of a cell of such sides at most.
  func mostDegrees(_ first: Int, _ second: Int) -> Double {
    func degrees(_ log: Double) -> Double {
      let a = Variance(value: 1 / Double(first), degrees: Double(first - 1))
      let b = Variance(value: Double.exp(log) / Double(second), degrees: Double(second - 1))
      return (a + b).degrees
    }
    return min(degrees(typical - scatter), degrees(typical + scatter))
  }

  /// Bias and variance of the logarithm of an estimated variance.
  private struct Chance {
    var bias: Double
    var variance: Double

    init(degrees: Double) {
      bias = Polygamma.digamma(degrees / 2) - Double.log(degrees / 2)
      variance = Polygamma.trigamma(degrees / 2)
    }
  }
}

/// How many independent cells some cells are worth that move together from run to run.
///
/// A run on a busy or a fast-clocked machine is so in all its cells. A thousand cells that share such luck know their
/// common variance no better than a few that do not, and a prior that forgot it would find differences in noise. With a
/// mean squared correlation r2 between cells, their variances correlate by r2, so that the mean of m of them has the
/// sampling error of m / (1 + (m - 1) r2) independent ones.
struct IndependentCells {
  let count: Double

  /// From the deviations of runs from their sides' means.
  init(_ sides: [RunLogs], cells: [Int]) {
    let runs = sides.reduce(0) { $0 + $1.runs }
    var products = [Double](repeating: 0, count: runs * runs)
    var used = 0
    for cell in cells {
      guard let deviations = IndependentCells.deviations(sides.map { $0.of(cell) }) else { continue }
      used += 1
      for i in 0..<runs {
        for j in 0...i { products[i * runs + j] += deviations[i] * deviations[j] }
      }
    }
    let degrees = Double(runs - sides.count)
    guard used > 1, degrees > 1 else {
      count = 1
      return
    }
    // The sum over all pairs of cells of their squared correlations is that over all pairs of runs.
    var sum = 0.0
    for i in 0..<runs {
      for j in 0...i { sum += (i == j ? 1 : 2) * products[i * runs + j] * products[i * runs + j] }
    }
    let m = Double(used)
    let squares = (sum - m) / (m * (m - 1))
    // Cells that have nothing in common correlate by chance: 1 / degrees in the mean.
    let shared = min(1, max(0, (squares - 1 / degrees) / (1 - 1 / degrees)))
    count = m / (1 + (m - 1) * shared)
  }

  /// What a prior from these cells is worth at most, in degrees of freedom beside the cell's own.
  func mostDegrees(runs: Int) -> Double { Double(runs - 1) * (count - 1) }

  /// Of unit length; nil of a cell that a run lacks or that never varies.
  private static func deviations(_ sides: [ArraySlice<Double>]) -> [Double]? {
    var all: [Double] = []
    var squares = 0.0
    for side in sides {
      let mean = side.reduce(0, +) / Double(side.count)
      for value in side {
        all.append(value - mean)
        squares += (value - mean) * (value - mean)
      }
    }
    // Of a cell that a run lacks they are not a number, and not above 0 either.
    guard squares > 0 else { return nil }
    let length = squares.squareRoot()
    return all.map { $0 / length }
  }
}

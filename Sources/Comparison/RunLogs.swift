import Measurement
import RealModule

/// The runs of one side: the logarithm of every cell's number in each.
struct RunLogs {
  let runs: Int
  /// By cell, then by run; NaN where the run did not measure the cell.
  private let values: [Double]

  init(runs: Int, values: [Double]) {
    self.runs = runs
    self.values = values
  }

  init(_ cells: [ComparedCell], side: Int) {
    runs = cells.first?.sides[side].count ?? 0
    values = cells.flatMap { cell in
      cell.sides[side].map { estimate in
        guard let value = estimate?.value, value > 0, value.isFinite else { return Double.nan }
        return Double.log(value)
      }
    }
  }

  var cells: Int { runs == 0 ? 0 : values.count / runs }

  func of(_ cell: Int) -> ArraySlice<Double> { values[cell * runs..<(cell + 1) * runs] }

  /// Those runs alone.
  func choosing(_ chosen: [Int]) -> RunLogs {
    RunLogs(
      runs: chosen.count,
      values: (0..<cells).flatMap { cell in chosen.map { values[cell * runs + $0] } })
  }

  /// Those that measured any of some cells: runs of one side may be of different experiments.
  func runs(of chosen: [Int]) -> [Int] {
    (0..<runs).filter { run in chosen.contains { !values[$0 * runs + run].isNaN } }
  }

  func has(_ cell: Int, in chosen: [Int]) -> Bool { chosen.allSatisfy { !values[cell * runs + $0].isNaN } }

  /// Of the mean of some cells, one number for each of some runs that have them all.
  func summary(ofMean cells: [Int], in chosen: [Int]) -> RunSummary {
    let means = chosen.map { run in
      cells.reduce(0) { $0 + values[$1 * runs + run] } / Double(cells.count)
    }
    return RunSummary(means[...])
  }
}

/// Count, mean and variance of a cell's logarithms over the runs that have it.
struct RunSummary: Equatable {
  var count: Int
  var mean: Double
  /// With n - 1; 0 of a single run.
  var variance: Double

  init(_ logs: ArraySlice<Double>) {
    var (count, sum, squares) = (0, 0.0, 0.0)
    for value in logs where !value.isNaN {
      count += 1
      sum += value
    }
    let mean = sum / Double(count)
    for value in logs where !value.isNaN { squares += (value - mean) * (value - mean) }
    self.count = count
    self.mean = mean
    variance = count > 1 ? squares / Double(count - 1) : 0
  }

  var degrees: Double { Double(count - 1) }

  var varianceOfMean: Variance { Variance(value: variance / Double(count), degrees: degrees) }
}

import Measurement

/// What a cell gave at one of its turns in a round: rows of `samples.csv` that lie together.
package struct Visit {
  package struct Sample {
    /// Operations between its two batches, or 1.
    package var operations: Int
    /// An operation's time in TSC ticks; below zero where the shorter batch was the one held up.
    package var ticks: Double
  }

  package let cell: Int
  package let round: Int
  package let isDisturbed: Bool
  /// Slopes, or single operations where there are no slopes.
  package let samples: [Sample]
  /// Of its first row.
  package let line: Int

  package static func all(of run: StoredRun) throws(ReadFailure) -> [Visit] {
    let table = try run.table(
      "samples",
      columns: [
        "cell", "round", "sequence", "timing", "short_operations", "short_tsc_cycles", "long_operations",
        "long_tsc_cycles", "disturbance",
      ])
    let cell = try table.filled(table.integers("cell"))
    let round = try table.filled(table.integers("round"))
    let sequence = try table.filled(table.integers("sequence"))
    let disturbance = try table.texts("disturbance")
    let timings = try Timings(table)
    var visits: [Visit] = []
    var first = 0
    while first < table.rowCount {
      var slopes: [Sample] = []
      var singles: [Sample] = []
      var row = first
      repeat {
        let sample = try timings.sample(row)
        if timings.isSlope(row) { slopes.append(sample) } else { singles.append(sample) }
        row += 1
      } while row < table.rowCount && cell[row] == cell[first] && round[row] == round[first]
        && sequence[row] == sequence[first]
      let samples = slopes.isEmpty ? singles : slopes
      // As in the run itself: what takes no time in the middle says nothing.
      if Order.median(samples.map(\.ticks))! > 0 {
        visits.append(
          Visit(
            cell: cell[first], round: round[first], isDisturbed: disturbance[first] != nil, samples: samples,
            line: table.line(ofRow: first)))
      }
      first = row
    }
    return visits
  }
}

/// The columns of `samples.csv` that hold the times.
private struct Timings {
  private let table: StoredTable
  private let timing: [String]
  private let shortOperations: IntegerColumn
  private let shortTicks: IntegerColumn
  private let longOperations: [Int]
  private let longTicks: [Int]

  init(_ table: StoredTable) throws(ReadFailure) {
    self.table = table
    timing = try table.filled(table.texts("timing"))
    shortOperations = try table.integers("short_operations")
    shortTicks = try table.integers("short_tsc_cycles")
    longOperations = try table.filled(table.integers("long_operations"))
    longTicks = try table.filled(table.integers("long_tsc_cycles"))
  }

  func isSlope(_ row: Int) -> Bool { timing[row] == "slope" }

  /// - Throws: where the row is no timing.
  func sample(_ row: Int) throws(ReadFailure) -> Visit.Sample {
    let isSlope = isSlope(row)
    guard isSlope || timing[row] == "single" else {
      throw table.failure(
        row: row, "timing is \(timing[row].debugDescription), neither slope nor single",
        remedy: "use the SplitBench that wrote it")
    }
    let short = isSlope ? (shortOperations[row], shortTicks[row]) : (0, 0)
    guard case (let operations?, let ticks?) = short, operations >= 0, ticks >= 0, longTicks[row] >= 0,
      longOperations[row] > operations
    else {
      throw table.failure(
        row: row, "its batches and their times are no measurement",
        remedy: "copy the run again, or leave it out")
    }
    let difference = longOperations[row] - operations
    return Visit.Sample(operations: difference, ticks: Double(longTicks[row] - ticks) / Double(difference))
  }
}

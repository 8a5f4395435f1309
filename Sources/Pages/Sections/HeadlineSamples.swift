import StoredRuns

/// The samples of a run's headline cells, from `samples.csv`.
struct HeadlineSamples {
  struct Curve {
    let kernel: String
    /// Placement, and how it was timed.
    let kind: String
    let distribution: Distribution
  }

  let curves: [Curve]

  /// Nil where the run has no samples, or nothing that tells cycles from nanoseconds.
  ///
  /// - Parameter steps: see `Distribution`.
  init?(_ run: PageRun, steps: Int) throws(ReadFailure) {
    guard run.stored.has("samples"), let rate = run.record.clock?.tscTicksPerNanosecond, rate > 0 else {
      return nil
    }
    let cells = HeadlineSamples.cells(run)
    guard !cells.isEmpty else { return nil }
    let table = try run.stored.table(
      "samples",
      columns: [
        "cell", "timing", "short_operations", "short_tsc_cycles", "long_operations", "long_tsc_cycles",
      ])
    let (cell, timing) = (try table.integers("cell"), try table.texts("timing"))
    let (shortCount, shortTicks) = (
      try table.numbers("short_operations"), try table.numbers("short_tsc_cycles")
    )
    let (longCount, longTicks) = (try table.numbers("long_operations"), try table.numbers("long_tsc_cycles"))
    let wanted = Set(cells.compactMap(\.cell))
    var batches: [Int: [Double]] = [:]
    var singles: [Int: [Double]] = [:]
    for row in 0..<table.rowCount {
      guard let number = cell[row], wanted.contains(number), let long = longTicks[row] else { continue }
      if timing[row] == "single" {
        singles[number, default: []].append(long / rate)
      } else if let short = shortTicks[row], let fewer = shortCount[row], let more = longCount[row],
        more > fewer
      {
        batches[number, default: []].append((long - short) / (more - fewer) / rate)
      }
    }
    curves = cells.flatMap { entry in
      [("in batches", batches), ("one by one", singles)].compactMap { how, samples in
        Distribution(samples[entry.cell!] ?? [], most: steps).map {
          Curve(kernel: entry.kernel, kind: "\(entry.placement), \(how)", distribution: $0)
        }
      }
    }
  }

  /// Headline cells of the first CPU, aligned before split.
  private static func cells(_ run: PageRun) -> [CostEntry] {
    let cpu = run.cost.map(\.cpu).min()
    let cells = run.cost.filter { $0.isHeadline && $0.cpu == cpu && $0.cell != nil && $0.isBare }
    return cells.map(\.kernel).distinct.flatMap { kernel in
      CostSection.placements.flatMap { placement in
        cells.filter { $0.kernel == kernel && $0.placement == placement }
      }
    }
  }
}

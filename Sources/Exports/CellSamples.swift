import StoredRuns

/// The samples behind each cell's cost, in seconds an operation.
struct CellSamples {
  struct Round {
    /// Operations behind each sample, where all have as many.
    let operations: Int?
    let seconds: [Double]
  }

  /// By cell, in the order of measurement.
  private(set) var rounds: [Int: [Round]] = [:]
  /// Samples not above zero: of two batches the shorter one was held up. No other tool takes them for a time.
  private(set) var leftOut = 0

  /// Takes the samples that count: those of undisturbed visits, and those of rounds that have only disturbed ones where the cell's
  /// row says that it uses these.
  init(of run: StoredRun, cells: [Int: CostCell]) throws(ReadFailure) {
    guard let clock = run.record.clock else {
      throw ReadFailure(
        run.path.appending("run.json"), "clock is missing: the run ended before its first round",
        remedy: "choose another run")
    }
    let secondsPerTick = 1e-9 / clock.tscTicksPerNanosecond
    for (number, visits) in Dictionary(grouping: try Visit.all(of: run), by: \.cell) {
      guard let cell = cells[number] else {
        // The samples of a killed run may be a round ahead of its other tables.
        guard run.isComplete else { continue }
        throw ReadFailure(
          run.path.appending("samples.csv"), line: visits[0].line, column: 1,
          "cell \(number) is not in cost.csv", remedy: "copy the run again, or leave it out")
      }
      for (_, round) in Dictionary(grouping: visits, by: \.round).sorted(by: { $0.key < $1.key }) {
        let calm = round.filter { !$0.isDisturbed }
        let samples = (calm.isEmpty && cell.usesDisturbedRounds ? round : calm).flatMap(\.samples)
        let seconds = samples.map { $0.ticks * secondsPerTick }.filter { $0 > 0 }
        leftOut += samples.count - seconds.count
        guard !seconds.isEmpty else { continue }
        let operations = Set(samples.map(\.operations))
        rounds[number, default: []].append(
          Round(operations: operations.count == 1 ? operations.first : nil, seconds: seconds))
      }
    }
  }
}

import Measurement
import StoredRuns

/// The cost of every cell of a run, from its raw timings.
enum SampleRounds {
  /// By the number of the cell, in ns, as `cost.csv` has it, by the rule in results/README.md; empty where the run has no
  /// raw timings.
  static func estimates(_ run: StoredRun) throws(ReadFailure) -> [Int: Estimate] {
    guard run.has("samples"), run.has("cost"), let clock = run.record.clock else { return [:] }
    let cost = try run.table("cost", columns: ["cell", "warnings"])
    let cells = try cost.filled(cost.integers("cell"))
    let warnings = try cost.texts("warnings")
    var usesDisturbed: [Int: Bool] = [:]
    for (row, cell) in cells.enumerated() {
      usesDisturbed[cell] =
        warnings[row]?.split(separator: ";").contains { $0 == CostRow.Warning.usesDisturbed.rawValue }
        ?? false
    }
    var rounds: [Int: [Round]] = [:]
    for visit in try Visit.all(of: run) {
      let ticks = Order.median(visit.samples.map(\.ticks))!
      let last = rounds[visit.cell]?.last
      if last?.number == visit.round {
        rounds[visit.cell]![rounds[visit.cell]!.count - 1].add(ticks, isDisturbed: visit.isDisturbed)
      } else {
        var round = Round(number: visit.round)
        round.add(ticks, isDisturbed: visit.isDisturbed)
        rounds[visit.cell, default: []].append(round)
      }
    }
    let perTick = 1 / clock.tscTicksPerNanosecond
    var estimates: [Int: Estimate] = [:]
    for (cell, rounds) in rounds {
      guard let all = usesDisturbed[cell] else { continue }
      let used = rounds.compactMap { Order.median(all && $0.calm.isEmpty ? $0.disturbed : $0.calm) }
      estimates[cell] = Estimate(rounds: used)?.scaled(by: perTick)
    }
    return estimates
  }

  /// The medians of a round's visits, in TSC ticks.
  private struct Round {
    let number: Int
    var calm: [Double] = []
    var disturbed: [Double] = []

    mutating func add(_ ticks: Double, isDisturbed: Bool) {
      if isDisturbed { disturbed.append(ticks) } else { calm.append(ticks) }
    }
  }
}

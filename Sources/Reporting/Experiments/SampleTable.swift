import Measurement

/// `samples.csv`: one row a sample, as it was timed.
enum SampleTable {
  /// A sample with where it came from.
  struct Row {
    enum Timing {
      case slope(Sample)
      case single(UInt64)
    }
    var cell: Int
    var group: Group
    var timing: Timing
  }

  static let table = CsvTable<Row>(columns: [
    .integer("cell", "Number of the cell, as in cost.csv.") { $0.cell },
    .integer("round", "Round, from 0.") { $0.group.round },
    .integer("sequence", "Position of the sample's group in the run's order of measurement.") {
      $0.group.sequence
    },
    .text("timing", "slope: two batches whose difference counts; single: one operation, timer cost included.")
    {
      if case .slope = $0.timing { "slope" } else { "single" }
    },
    .integer("short_operations", "Operations of the shorter batch.") { $0.slope?.shortOperations },
    .integer("short_tsc_cycles", "Its time in TSC cycles.") { $0.slope.map { Int($0.shortTicks) } },
    .integer("long_operations", "Operations of the longer batch; 1 of a single.") {
      $0.slope?.longOperations ?? 1
    },
    .integer("long_tsc_cycles", "Its time in TSC cycles.") {
      switch $0.timing {
      case .slope(let sample): Int(sample.longTicks)
      case .single(let ticks): Int(ticks)
      }
    },
    .number(
      "core_cycles_per_tsc_cycle", "Frequency of the core over the TSC's, from probes around the group."
    ) {
      $0.group.corePerTick
    },
    .text(
      "disturbance",
      "What disturbed the sample; empty if nothing did. cost.csv says whether disturbed rounds were used."
    ) {
      $0.group.disturbances.isEmpty
        ? nil : $0.group.disturbances.map(\.rawValue).sorted().joined(separator: ";")
    },
  ])

  static func rows(cell: Int, group: Group) -> [Row] {
    group.samples.map { Row(cell: cell, group: group, timing: .slope($0)) }
      + group.singles.map { Row(cell: cell, group: group, timing: .single($0)) }
  }
}

extension SampleTable.Row {
  var slope: Sample? {
    if case .slope(let sample) = timing { sample } else { nil }
  }
}

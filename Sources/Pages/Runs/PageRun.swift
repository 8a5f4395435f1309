import Reporting
import StoredRuns

/// A run with its tables, read once; the raw samples alone stay in their file.
struct PageRun {
  let stored: StoredRun
  /// What tells it from the other runs of the page.
  let label: String
  /// What tells its machine from the others of the page.
  let machine: String
  /// What tells it from the other runs of its machine.
  let name: String
  let cost: [CostEntry]
  let passing: [PassingEntry]
  let bystander: [BystanderEntry]
  let scaling: [ScalingEntry]
  let trap: [TrapEntry]
  let settings: [SettingsEntry]
  let settingsCost: [CostEntry]

  var record: RunRecord { stored.record }
  /// How Linux booted, as far as split locks go.
  var mode: String { RunLabels.mode(record) }

  /// Runs in the order of machines, then of boot modes, then of time.
  static func read(_ runs: [StoredRun]) throws(ReadFailure) -> [PageRun] {
    let sorted = runs.sorted { order($0) < order($1) }
    let labels = RunLabels(sorted.map(\.record))
    var read: [PageRun] = []
    for (index, run) in sorted.enumerated() { read.append(try PageRun(run, labels, index)) }
    return read
  }

  private static func order(_ run: StoredRun) -> (String, String, String, String) {
    (run.record.machine.processor.slug, RunLabels.mode(run.record), run.record.startedUtc, run.name)
  }

  private init(_ run: StoredRun, _ labels: RunLabels, _ index: Int) throws(ReadFailure) {
    stored = run
    label = labels.labels[index]
    machine = labels.machines[index]
    name = labels.names[index]
    cost = try CostEntry.read(run)
    passing = try PassingEntry.read(run)
    bystander = try BystanderEntry.read(run)
    scaling = try ScalingEntry.read(run)
    trap = try TrapEntry.read(run)
    settings = try SettingsEntry.read(run)
    settingsCost = try CostEntry.read(run, table: "settings-cost")
  }
}

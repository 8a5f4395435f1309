import Fleet
import Machine
import StoredRuns

/// Runs of one machine, or of several that are equal, to be compared with another's.
struct Side {
  /// What tables call it: A, B ...
  let letter: String
  /// Where it was found.
  let name: String
  /// In the order of time.
  let runs: [StoredRun]
  /// What is repeated, as indices of runs: machines where there are several, each with all its runs; else runs.
  let units: [[Int]]
  /// How many machines the runs are of.
  let machineCount: Int

  init(letter: String, name: String, runs: [StoredRun]) {
    self.letter = letter
    self.name = name
    let sorted = runs.sorted { ($0.record.startedUtc, $0.name) < ($1.record.startedUtc, $1.name) }
    self.runs = sorted
    let machines = FleetMachines(sorted).machines
    machineCount = machines.count
    let indices = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.path, $0) })
    units =
      machines.count > 1
      ? machines.map { $0.runs.map { indices[$0.path]! } }.sorted { $0[0] < $1[0] }
      : sorted.indices.map { [$0] }
  }

  var unitsName: String { machineCount > 1 ? "machines" : "runs" }

  var machine: MachineReport { runs[0].record.machine }

  /// When its runs began.
  var times: String {
    let first = runs[0].record.startedUtc
    let last = runs[runs.count - 1].record.startedUtc
    return first == last ? first : "\(first) to \(last)"
  }
}

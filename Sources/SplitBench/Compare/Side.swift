import Machine
import StoredRuns

/// Runs of one machine, to be compared with another's.
struct Side {
  /// What tables call it: A, B ...
  let letter: String
  /// Where it was found.
  let name: String
  /// In the order of time.
  let runs: [StoredRun]

  init(letter: String, name: String, runs: [StoredRun]) {
    self.letter = letter
    self.name = name
    self.runs = runs.sorted { ($0.record.startedUtc, $0.name) < ($1.record.startedUtc, $1.name) }
  }

  var machine: MachineReport { runs[0].record.machine }

  /// When its runs began.
  var times: String {
    let first = runs[0].record.startedUtc
    let last = runs[runs.count - 1].record.startedUtc
    return first == last ? first : "\(first) to \(last)"
  }
}

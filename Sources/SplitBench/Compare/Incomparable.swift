import Fleet
import Machine
import StoredRuns

/// Why the tables of these runs do not mean the same thing.
enum Incomparable {
  /// - Parameter numbers: whether there are numbers to be compared; words may differ with what Linux does.
  static func reasons(_ sides: [Side], numbers: Bool) -> [String] {
    let runs = sides.flatMap(\.runs)
    var reasons: [String] = []
    if let other = runs.first(where: { $0.record.schemaVersion != runs[0].record.schemaVersion }) {
      reasons.append(
        "the tables of \(runs[0].name) have schema version \(runs[0].record.schemaVersion), those of \(other.name) \(other.record.schemaVersion): columns changed their meaning"
      )
    }
    if numbers, let other = runs.first(where: { $0.treatment != runs[0].treatment }) {
      reasons.append(
        "Linux treats split locks by \(runs[0].treatment) in \(runs[0].name), by \(other.treatment) in \(other.name): their costs hold what it does"
      )
    }
    return reasons
  }
}

extension StoredRun {
  /// What Linux adds to a split lock. All policies that leave them alone are one; where it delays, the length of a jiffy counts.
  fileprivate var treatment: String {
    let machine = record.machine
    guard !machine.policy.leavesAlone else { return "leaving them alone" }
    let hz = machine.policy.mayDelay ? machine.linux.timerHz.map { " at \($0) Hz" } ?? "" : ""
    return policyInWords + hz
  }
}

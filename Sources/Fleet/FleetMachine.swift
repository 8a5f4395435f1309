import StoredRuns

/// One machine, and its runs in the order of time.
public struct FleetMachine: Sendable {
  /// What tells it from the others, for people.
  public let name: String
  public let runs: [StoredRun]

  /// As it was last seen.
  public var latest: StoredRun { runs[runs.count - 1] }

  /// Boots of one run each, where all are: of one machine that is rebooted for every run, or of as many machines with one
  /// machine-id. Nil where runs tell.
  public var boots: Int? {
    let boots = Set(
      runs.compactMap { $0.record.host?.instanceSource == .machineId ? $0.record.host?.boot : nil })
    return boots.count == runs.count && boots.count >= FleetMachine.fewestDoubtfulBoots ? boots.count : nil
  }

  /// Fewer are what anyone's reboots make.
  static let fewestDoubtfulBoots = 5
}

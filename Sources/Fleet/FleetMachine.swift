import StoredRuns

/// One machine, and its runs in the order of time.
public struct FleetMachine: Sendable {
  /// What tells it from the others, for people.
  public let name: String
  public let runs: [StoredRun]

  /// As it was last seen.
  public var latest: StoredRun { runs[runs.count - 1] }
}

/// Runs by the machine that they are of.
public struct FleetMachines: Sendable {
  public private(set) var machines: [FleetMachine] = []
  /// Instances that are several machines.
  public private(set) var clones: [String] = []

  /// By instance, where the records have one; otherwise what lies in one folder is of one machine.
  ///
  /// Where the boots of one instance take turns, several machines share its id: then each boot is a machine.
  public init(_ runs: [StoredRun]) {
    let byInstance = Dictionary(grouping: runs, by: FleetMachines.key)
    for (key, runs) in byInstance.sorted(by: { $0.key < $1.key }) {
      let sorted = runs.sorted { ($0.record.startedUtc, $0.name) < ($1.record.startedUtc, $1.name) }
      let boots = sorted.map { $0.record.host?.boot ?? "" }
      guard FleetMachines.takeTurns(boots) else {
        machines.append(FleetMachine(name: FleetMachines.name(sorted[0]), runs: sorted))
        continue
      }
      clones.append(key)
      for boot in Set(boots).sorted() {
        let own = zip(sorted, boots).filter { $0.1 == boot }.map(\.0)
        machines.append(
          FleetMachine(name: "\(FleetMachines.name(own[0])), boot \(boot)", runs: own))
      }
    }
  }

  private static func key(_ run: StoredRun) -> String {
    let host = run.record.host
    return host?.name ?? host?.instance ?? run.folder
  }

  private static func name(_ run: StoredRun) -> String {
    let host = run.record.host
    return host?.name ?? host?.instance ?? run.path.resolved.removingLastComponent().resolvedName
  }

  /// Whether a boot comes back behind another: one machine's never does.
  private static func takeTurns(_ boots: [String]) -> Bool {
    var seen: Set<String> = []
    for (index, boot) in boots.enumerated() where index == 0 || boots[index - 1] != boot {
      if !seen.insert(boot).inserted { return true }
    }
    return false
  }
}

extension StoredRun {
  /// The folder that it lies in.
  fileprivate var folder: String { path.resolved.removingLastComponent().string }
}

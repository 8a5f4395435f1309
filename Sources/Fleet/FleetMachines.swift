import StoredRuns

/// Runs by the machine that they are of.
public struct FleetMachines: Sendable {
  public private(set) var machines: [FleetMachine] = []
  /// Instances that are several machines.
  public private(set) var clones: [String] = []

  /// By instance, where a machine-id made it; else by the host's name, where the records have one, or by what there is. Otherwise what
  /// lies in one folder is of one machine.
  ///
  /// Clones of one disk share a machine-id. Their processors may differ, or their names from boot to boot; no machine is in two boots
  /// at a time, or goes back to one: then each host name is a machine, or else each boot.
  public init(_ runs: [StoredRun]) {
    var hardware: [String: Int] = [:]
    let byKey = Dictionary(grouping: runs, by: \.machineKey).sorted { $0.key < $1.key }
    for (key, _) in byKey { hardware[key.id, default: 0] += 1 }
    for (key, runs) in byKey {
      let sorted = runs.sorted { ($0.record.startedUtc, $0.name) < ($1.record.startedUtc, $1.name) }
      let differs = hardware[key.id]! > 1 ? key.hardware : nil
      let parts = FleetMachines.areClones(sorted) ? FleetMachines.parts(sorted) : [(nil, sorted)]
      if parts.count > 1 || differs != nil, clones.last != key.id { clones.append(key.id) }
      machines += parts.map { boot, runs in
        let words = [runs[0].machineName, differs, boot].compactMap(\.self)
        return FleetMachine(name: words.joined(separator: ", "), runs: runs)
      }
    }
  }

  /// - Parameter runs: in the order of time.
  private static func areClones(_ runs: [StoredRun]) -> Bool {
    var names: [String: String] = [:]
    for run in runs {
      if let host = run.record.host, let boot = host.boot { names[boot] = host.name ?? names[boot] }
    }
    if Set(names.values).count > 1 { return true }
    var left: Set<String> = []
    var last: (boot: String, ended: String)?
    for run in runs {
      guard let boot = run.record.host?.boot else { continue }
      let (started, ended) = (run.record.startedUtc, run.record.endedUtc ?? run.record.startedUtc)
      guard let before = last, before.boot != boot else {
        last = (boot, max(ended, last?.ended ?? ended))
        continue
      }
      left.insert(before.boot)
      if left.contains(boot) || started < before.ended { return true }
      last = (boot, ended)
    }
    return false
  }

  /// With the boot of each, where there is nothing else to tell them apart by.
  private static func parts(_ runs: [StoredRun]) -> [(boot: String?, runs: [StoredRun])] {
    let byName = Dictionary(grouping: runs) { $0.record.host?.name }
      .sorted { ($0.key ?? "") < ($1.key ?? "") }
    if byName.count > 1, byName.allSatisfy({ $0.key != nil && !areClones($0.value) }) {
      return byName.map { (nil, $0.value) }
    }
    return Dictionary(grouping: runs) { $0.record.host?.boot ?? "unknown" }
      .sorted { $0.key < $1.key }.map { ("boot \($0.key)", $0.value) }
  }
}

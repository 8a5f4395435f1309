import Measurement
import SystemPackage

/// What runs of one machine share.
public struct MachineKey: Hashable, Comparable, Sendable {
  /// Instance, host name or folder.
  public let id: String
  /// What cannot change on one machine.
  public let hardware: String

  init(_ run: StoredRun) {
    let (host, machine) = (run.record.host, run.record.machine)
    let packages = machine.topology.packageCount
    // An instance of another source is the boot's: the name outlives it.
    let instance = host?.instanceSource == .machineId ? host?.instance : host?.name ?? host?.instance
    id = instance ?? run.path.resolved.removingLastComponent().string
    hardware = "\(machine.processor.slug), \(Decimal.count(packages, "package"))"
  }

  public static func < (a: MachineKey, b: MachineKey) -> Bool { (a.id, a.hardware) < (b.id, b.hardware) }
}

extension StoredRun {
  public var machineKey: MachineKey { MachineKey(self) }

  /// What tells its machine from others, for people.
  public var machineName: String {
    record.host?.name ?? record.host?.instance ?? path.resolved.removingLastComponent().resolvedName
  }
}

/// All that is known about this machine without measuring a split lock. Reads only.
public struct MachineReport: Codable, Sendable {
  public var processor: ProcessorIdentity
  public var linux: LinuxSystem
  public var topology: Topology
  public var policy: DetectionPolicy
  public var registers: [DetectionRegisters]
  /// The event that would prove bus locks, on the first allowed CPU; nil where none is known.
  public var busLockEvent: PmuEvent?
  public var permissions: Permissions
  public var noise: Noise

  /// Where relations between CPUs come from: `hwloc`, or `hypervisor-claim` in a guest, where hwloc only repeats what the
  /// hypervisor says.
  public var relationSource: String { processor.hypervisor == nil ? "hwloc" : "hypervisor-claim" }

  /// - Parameter watchMs: how long to watch the CPUs for other work, in ms.
  /// - Throws: `TopologyFailure` where even the CPUs cannot be found out.
  public static func ofThisMachine(
    files: FileTree = .live, watchMs: Int = 50
  ) throws(TopologyFailure) -> MachineReport {
    let processor = ProcessorIdentity.ofThisMachine()
    let topology = try Topology.ofThisMachine()
    let policy = DetectionPolicy(
      files: files, processor: processor, log: LinuxLog.detectionLines())
    let registers = topology.cpus.map {
      DetectionRegisters(cpu: $0.id, files: files, detectionSupported: policy.trapsWithAC)
    }
    return MachineReport(
      processor: processor,
      linux: LinuxSystem.ofThisMachine(),
      topology: topology,
      policy: policy.weighed(against: registers),
      registers: registers,
      busLockEvent: topology.cpus.first.flatMap {
        PmuEvent.busLocks(processor, kind: $0.coreKind)
      },
      permissions: Permissions(files: files),
      noise: Noise(files: files, cpus: topology.cpus.map(\.id), windowMs: watchMs))
  }
}

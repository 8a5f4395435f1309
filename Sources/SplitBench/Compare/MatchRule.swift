import Machine

/// How the CPUs of a table's cells are told apart.
struct MatchRule {
  /// By number: where all sides are one machine and all runs have measured the same CPUs.
  let byCpu: Bool
  /// Where one side has performance and efficiency cores and another only one kind, that one is held against the
  /// performance cores.
  let uniformIsPerformance: Bool

  init(_ sides: [Side], sameCpus: Bool) {
    let machines = sides.map(\.machine)
    let isOneMachine = machines.allSatisfy {
      $0.processor == machines[0].processor
        && $0.topology.cpus.map(\.id) == machines[0].topology.cpus.map(\.id)
    }
    byCpu = isOneMachine && sameCpus
    let isHybrid = machines.map { machine in machine.topology.cpus.contains { $0.coreKind != .uniform } }
    uniformIsPerformance = isHybrid.contains(true) && isHybrid.contains(false)
  }

  /// What stands for a CPU in a cell's key.
  func text(cpu: Int, in topology: Topology) -> String {
    guard !byCpu else { return String(cpu) }
    let kind = topology.cpu(cpu)?.coreKind ?? .uniform
    return uniformIsPerformance && kind == .uniform ? CoreKind.performance.rawValue : kind.rawValue
  }
}

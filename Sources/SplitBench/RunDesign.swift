import LockKernels
import Machine
import Measurement
import Reporting

/// What a run will do, decided before anything is done.
struct RunDesign {
  let machine: MachineReport
  let plan: Plan
  let planner: CellPlanner
  let cells: [Cell]
  let cpus: [Int]
  let otherCpus: [Int: Int]
  let request: CellRequest
  let seed: UInt64
  let skipped: [RunRecord.Skipped]

  init(_ scope: RunScope, machine: MachineReport) throws {
    self.machine = machine
    var plan = Plan(scope.plan)
    if let budget = scope.budget { plan.budget = budget }
    if let rounds = scope.rounds {
      plan.rounds = rounds
      plan.mayExtend = false
    }
    self.plan = plan
    seed = scope.seed ?? UInt64.random(in: 0...UInt64(Int64.max))

    let chosen =
      try scope.cpu?.resolve(in: machine.topology) ?? RunDesign.defaultCpus(machine.topology)
    cpus = chosen.map(\.id)
    otherCpus = Dictionary(
      uniqueKeysWithValues: chosen.compactMap { cpu in
        RunDesign.neighbour(of: cpu, in: machine.topology).map { (cpu.id, $0.id) }
      })

    var request = CellRequest()
    request.instructions = scope.instruction?.elements ?? []
    request.widths = scope.width?.elements.map(\.bytes) ?? []
    request.placements = scope.placement?.elements ?? []
    request.offsets = scope.offset?.elements.map(\.bytes) ?? []
    self.request = request
    guard machine.processor.lineBytes > 0 else { throw UnknownLineSize() }
    planner = CellPlanner(
      plan: plan.name, lineBytes: machine.processor.lineBytes, cpus: cpus,
      hasOtherCpu: otherCpus.count == cpus.count)
    cells = try planner.cells(for: request)
    skipped = RunDesign.skipped(machine, hasOtherCpu: otherCpus.count == cpus.count)
  }

  /// One CPU of each kind of core, not CPU 0 where there is another: Linux gives it the most interrupts.
  private static func defaultCpus(_ topology: Topology) -> [LogicalCpu] {
    [CoreKind.uniform, .performance, .efficiency].compactMap { kind in
      let candidates = topology.cpus.filter { $0.coreKind == kind }
      return candidates.first { $0.id != 0 } ?? candidates.first
    }
  }

  /// The CPU that modifies lines for `cpu`: the closest that is not its SMT sibling, or that if there is no other.
  private static func neighbour(of cpu: LogicalCpu, in topology: Topology) -> LogicalCpu? {
    let order: [Relation] = [.sameL2, .sameL3, .samePackage, .otherPackage, .smtSibling]
    return order.lazy.compactMap { relation in
      topology.cpus.first { topology.relation(of: cpu, to: $0) == relation }
    }.first
  }

  private static func skipped(_ machine: MachineReport, hasOtherCpu: Bool) -> [RunRecord.Skipped] {
    var skipped: [RunRecord.Skipped] = []
    if !hasOtherCpu {
      skipped.append(
        .init(what: "line state other-cpu-modified", reason: "this process may use one CPU only"))
    }
    if let refusal = machine.permissions.pmuRefusal {
      skipped.append(.init(what: "bus_locks_per_op", reason: refusal))
    } else if machine.busLockEvent == nil {
      skipped.append(
        .init(what: "bus_locks_per_op", reason: "no event that counts bus locks is known here"))
    }
    return skipped
  }

  /// Name of the result folder.
  func folderName(label: String?) -> String {
    ([UtcTime.compact(), machine.processor.slug] + [label].compactMap { $0 }).joined(separator: "-")
  }

  var overview: RunOverview {
    RunOverview(plan: plan, cells: cells, cpus: cpus, seed: seed, skipped: skipped)
  }
}

/// CPUID.01H:EBX[15:8] reads 0: nothing can be placed across a line of unknown size.
struct UnknownLineSize: Error, CustomStringConvertible {
  var description: String { "CPUID does not tell the size of a cache line: an emulator or hypervisor hides it" }
}

import Machine
import Measurement
import Reporting

/// What a run will do, decided before anything is done.
struct RunDesign {
  let request: RunRequest
  let seed: UInt64
  /// Those that can be done here.
  let planned: [any PlannedExperiment]
  let skipped: [RunRecord.Skipped]
  /// Parts of the request that cannot be, in words.
  var refusals: [String] { skipped.filter { $0.what == RunRequest.refusedPart }.map(\.reason) }
  /// What the run will change of the machine.
  var changes: [any MachineChange] { planned.compactMap(\.change) }

  /// - Parameters:
  ///   - allowsArming: leave to switch on #AC where Linux booted without it.
  ///   - isElsewhere: whether the machine's topology is of one that is not here.
  init(
    _ scope: RunScope, machine: MachineReport, files: FileTree, allowsArming: Bool, isElsewhere: Bool
  ) throws {
    seed = scope.seed ?? UInt64.random(in: 0...UInt64(Int64.max))
    let topology = machine.topology
    let cpus = try scope.cpu?.resolve(in: topology) ?? RunDesign.defaultCpus(topology)
    let others = cpus.compactMap { cpu in
      RunDesign.neighbour(of: cpu, in: topology).map { (cpu.id, $0) }
    }
    try RunDesign.refuseUnfit(machine.processor)
    var request = RunRequest(
      machine: machine, files: files, plan: scope.boundedPlan,
      experiments: try scope.experiments(), cpus: cpus, cpusAreGiven: scope.cpu != nil,
      otherCpus: Dictionary(uniqueKeysWithValues: others))
    request.cells = scope.cells
    request.victims = scope.victim?.elements
    (request.victimNode, request.allPairs) = (scope.victimNode, scope.allPairs)
    request.settings = scope.settings.flatMap { choices in
      choices.elements.flatMap { $0.settings(machine, measuring: cpus[0]) }
    }
    request.allowsArming = allowsArming
    planned = try request.experiments.compactMap(Experiments.type).compactMap {
      try plannedExperiment($0, for: &request)
    }
    self.request = request
    // What this machine lacks says nothing of one that is not here.
    skipped =
      (isElsewhere ? [] : RunDesign.lacks(machine, cpu: cpus[0].id))
      + request.skipped.map { .init(what: $0.what, reason: $0.reason) }
  }

  /// Without these nothing can be placed or timed.
  private static func refuseUnfit(_ processor: ProcessorIdentity) throws(UnfitProcessor) {
    if processor.lineBytes == 0 {
      throw UnfitProcessor(lack: "CPUID does not tell the size of a cache line")
    }
    if !processor.hasRdtscp { throw UnfitProcessor(lack: "there is no RDTSCP") }
  }

  /// One CPU of each kind of core, not CPU 0 where there is another: Linux gives it the most interrupts.
  private static func defaultCpus(_ topology: Topology) -> [LogicalCpu] {
    [CoreKind.uniform, .performance, .efficiency].compactMap { kind in
      let candidates = topology.cpus.filter { $0.coreKind == kind }
      return candidates.first { $0.id != 0 } ?? candidates.first
    }
  }

  /// The CPU that modifies lines for `cpu`: the closest that does not share its core, and so its L1 cache.
  private static func neighbour(of cpu: LogicalCpu, in topology: Topology) -> LogicalCpu? {
    let order: [Relation] = [.sameL2, .sameL3, .samePackage, .otherPackage]
    return order.lazy.compactMap { relation in
      topology.cpus.first { topology.relation(of: cpu, to: $0) == relation }
    }.first
  }

  /// What this machine does not let any experiment measure.
  private static func lacks(_ machine: MachineReport, cpu: Int) -> [RunRecord.Skipped] {
    var skipped: [RunRecord.Skipped] = []
    if let refusal = machine.permissions.pmuRefusal {
      skipped.append(.init(what: "bus_locks_per_op", reason: refusal))
    } else if machine.busLockEvent == nil {
      skipped.append(
        .init(what: "bus_locks_per_op", reason: "no event that counts bus locks is known here"))
    }
    if SmiCount.read(cpu: cpu, processor: machine.processor, files: .live) == nil {
      let reason = machine.registers.first?.reason ?? "MSR 0x34 is Intel's, or cannot be read"
      skipped.append(.init(what: "SMI counts", reason: reason))
    }
    return skipped
  }

  /// Name of the result folder.
  func folderName(label: String?) -> String {
    ([UtcTime.compact(), request.machine.processor.slug] + [label].compactMap { $0 }).joined(separator: "-")
  }

  var overview: RunOverview {
    var overview = RunOverview(
      plan: request.plan, experiments: request.experiments, seed: seed, skipped: skipped)
    for experiment in planned { experiment.describe(in: &overview) }
    return overview
  }
}

/// A processor, or an emulator's or hypervisor's picture of one, that cannot be measured.
struct UnfitProcessor: Error, CustomStringConvertible {
  let lack: String
  var description: String { "\(lack) on this CPU: in a guest, ask for a CPU model that has it" }
}

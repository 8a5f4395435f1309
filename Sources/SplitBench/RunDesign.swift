import DetectionControl
import LockKernels
import Machine
import Measurement
import Reporting

/// What a run will do, decided before anything is done.
struct RunDesign {
  let machine: MachineReport
  let plan: Plan
  let planner: CellPlanner
  let experiments: [ExperimentId]
  let cells: [Cell]
  let pingpong: PingPongExperiment.Plan?
  let bystander: BystanderPlan?
  let scaling: ScalingPlan?
  let trap: TrapPlan?
  let guest: GuestPlan?
  let control: ControlPlans
  let victims: [String]
  let victimNode: Int?
  let allPairs: Bool
  let cpus: [Int]
  let otherCpus: [RunRecord.OtherCpu]
  let request: CellRequest
  let seed: UInt64
  let skipped: [RunRecord.Skipped]
  /// Parts of the request that cannot be, in words.
  let refusals: [String]

  /// - Parameter isElsewhere: whether the machine's topology is of one that is not here.
  init(
    _ scope: RunScope, machine: MachineReport, files: FileTree = .live, isElsewhere: Bool = false
  ) throws {
    self.machine = machine
    var plan = Plan(scope.plan)
    if let budget = scope.budget { plan.budget = budget }
    if let rounds = scope.rounds {
      plan.rounds = rounds
      plan.mostRounds = rounds
      plan.givenRounds = rounds
    }
    self.plan = plan
    seed = scope.seed ?? UInt64.random(in: 0...UInt64(Int64.max))

    let chosen =
      try scope.cpu?.resolve(in: machine.topology) ?? RunDesign.defaultCpus(machine.topology)
    cpus = chosen.map(\.id)
    let isGuest = machine.processor.hypervisor != nil
    otherCpus = chosen.compactMap {
      RunDesign.neighbour(of: $0, in: machine.topology, isGuest: isGuest)
    }

    var request = CellRequest()
    request.instructions = scope.instruction?.elements ?? []
    request.widths = scope.width?.elements.map(\.bytes) ?? []
    request.placements = scope.placement?.elements ?? []
    request.offsets = scope.offset?.elements.map(\.bytes) ?? []
    self.request = request
    try RunDesign.refuseUnfit(machine.processor)
    planner = CellPlanner(
      plan: plan.name, lineBytes: machine.processor.lineBytes, cpus: cpus,
      hasOtherCpu: otherCpus.count == cpus.count, hasCmpxchg16b: machine.processor.hasCmpxchg16b)
    experiments = try RunDesign.experiments(scope)
    cells = experiments.contains(.cost) ? try planner.cells(for: request) : []
    let contention = try Contention(scope, machine, plan, experiments)
    (pingpong, bystander, scaling) = (contention.pingpong, contention.bystander, contention.scaling)
    if experiments.contains(.trap) {
      let share = plan.share(of: .trap, among: experiments)
      trap = TrapPlan(
        cpus: RunDesign.trapCpus(scope.cpu == nil ? machine.topology.cpus.map(\.id) : cpus),
        wallLimit: share.wallLimit, budget: share.budget, triesTwoOffenders: plan.name == .thorough)
    } else {
      trap = nil
    }
    let share = plan.share(of: .guest, among: experiments)
    guest =
      experiments.contains(.guest)
      ? GuestPlan(
        cpu: chosen[0], beside: otherCpus.first { $0.cpu == chosen[0].id }?.otherCpu,
        among: scope.cpu == nil ? machine.topology.cpus : chosen, in: machine.topology,
        rounds: share.rounds, budget: share.budget, wallLimit: share.wallLimit) : nil
    control = ControlPlans(
      scope, machine, plan, experiments, measuring: chosen[0],
      beside: otherCpus.first { $0.cpu == chosen[0].id }, files: files)
    victims = scope.victim?.elements.map(\.rawValue) ?? []
    victimNode = scope.victimNode
    allPairs = scope.allPairs
    try RunDesign.refuseSmall(plan, experiments, cells, cpus: cpus.count)
    refusals = planner.refusals(of: request)
    skipped =
      RunDesign.skipped(machine, planner, isElsewhere: isElsewhere) + contention.skipped
      + control.skipped + refusals.map { .init(what: "part of the request", reason: $0) }
  }

  /// The CPU that is tried most comes first: not CPU 0 where there is another.
  private static func trapCpus(_ cpus: [Int]) -> [Int] {
    guard let first = cpus.first(where: { $0 != 0 }) else { return cpus }
    return [first] + cpus.filter { $0 != first }
  }

  /// Those of `--only`, or those that the narrowing flags are for, or all.
  private static func experiments(_ scope: RunScope) throws(UselessOption) -> [ExperimentId] {
    let cellFlags = ["--instruction", "--width", "--placement", "--offset"]
    let bystanderFlags = ["--victim", "--victim-node"]
    if let only = scope.only?.elements {
      if scope.narrowsCells, !only.contains(.cost) {
        throw UselessOption(flags: cellFlags, experiment: .cost)
      }
      if scope.narrowsBystanders, !only.contains(.bystander) {
        throw UselessOption(flags: bystanderFlags, experiment: .bystander)
      }
      if scope.allPairs, !only.contains(.bystander), !only.contains(.pingpong) {
        throw UselessOption(flags: ["--all-pairs"], experiment: .bystander)
      }
      if scope.settings != nil, !only.contains(.settings) {
        throw UselessOption(flags: ["--settings"], experiment: .settings)
      }
      return ExperimentId.allCases.filter(only.contains)
    }
    let narrowed: [ExperimentId] =
      (scope.narrowsCells ? [.cost] : []) + (scope.narrowsBystanders ? [.bystander] : [])
      + (scope.settings == nil ? [] : [.settings])
    return narrowed.isEmpty ? ExperimentId.harmless : narrowed
  }

  private static func refuseSmall(
    _ plan: Plan, _ experiments: [ExperimentId], _ cells: [Cell], cpus: Int
  ) throws(BudgetTooSmall) {
    guard experiments.contains(.cost), cells.contains(where: \.takesBusLock) else { return }
    let least = DoseResponse.leastBudget(cpus: cpus)
    let share = plan.share(of: .cost, among: experiments).budget
    guard share < least else { return }
    // Rounded up: what the message says must do.
    throw BudgetTooSmall(seconds: (least * plan.budget / share * 1e4).rounded(.up) / 1e4)
  }

  /// The plan as the experiment `cost` has it: with its share of the budget.
  var costPlan: Plan {
    var plan = plan
    plan.budget = plan.share(of: .cost, among: experiments).budget
    return plan
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
  private static func neighbour(
    of cpu: LogicalCpu, in topology: Topology, isGuest: Bool
  ) -> RunRecord.OtherCpu? {
    let order: [Relation] = [.sameL2, .sameL3, .samePackage, .otherPackage]
    return order.lazy.compactMap { relation in
      topology.cpus.first { topology.relation(of: cpu, to: $0) == relation }.map {
        RunRecord.OtherCpu(
          cpu: cpu.id, otherCpu: $0.id, relation: relation,
          relationSource: isGuest ? "hypervisor-claim" : "hwloc")
      }
    }.first
  }

  /// Why there is no `neighbour`.
  static func noOtherCore(_ machine: MachineReport) -> String {
    machine.topology.cpus.count == 1
      ? "this process may use one CPU only" : "no CPU is allowed that does not share the core"
  }

  private static func skipped(
    _ machine: MachineReport, _ planner: CellPlanner, isElsewhere: Bool
  ) -> [RunRecord.Skipped] {
    var skipped: [RunRecord.Skipped] = []
    // What this machine lacks says nothing of one that is not here.
    guard !isElsewhere else { return [] }
    if !planner.hasOtherCpu {
      skipped.append(.init(what: "line state other-cpu-modified", reason: noOtherCore(machine)))
    }
    if !planner.hasCmpxchg16b {
      skipped.append(.init(what: "cmpxchg16b", reason: "the CPU does not have it (CPUID.01H:ECX[13])"))
    }
    if let refusal = machine.permissions.pmuRefusal {
      skipped.append(.init(what: "bus_locks_per_op", reason: refusal))
    } else if machine.busLockEvent == nil {
      skipped.append(
        .init(what: "bus_locks_per_op", reason: "no event that counts bus locks is known here"))
    }
    let cpu = planner.cpus.first ?? 0
    if SmiCount.read(cpu: cpu, processor: machine.processor, files: .live) == nil {
      let reason = machine.registers.first?.reason ?? "MSR 0x34 is Intel's, or cannot be read"
      skipped.append(.init(what: "SMI counts", reason: reason))
    }
    return skipped
  }

  /// Name of the result folder.
  func folderName(label: String?) -> String {
    ([UtcTime.compact(), machine.processor.slug] + [label].compactMap { $0 }).joined(separator: "-")
  }

  var overview: RunOverview {
    RunOverview(
      plan: plan, experiments: experiments, cells: cells, pingpong: pingpong, bystander: bystander,
      scaling: scaling, seed: seed, skipped: skipped)
  }
}

/// Even the first, careful operations need some locked time.
struct BudgetTooSmall: UsageError, CustomStringConvertible {
  let seconds: Double
  var description: String {
    "--budget is too small for the dose ramp: give at least \(Decimal.significant(seconds, 2)) s, or choose aligned cells"
  }
}

/// A processor, or an emulator's or hypervisor's picture of one, that cannot be measured.
struct UnfitProcessor: Error, CustomStringConvertible {
  let lack: String
  var description: String { "\(lack) on this CPU: in a guest, ask for a CPU model that has it" }
}

/// Flags for an experiment that `--only` leaves out.
struct UselessOption: UsageError, CustomStringConvertible {
  let flags: [String]
  let experiment: ExperimentId
  var description: String {
    "\(flags.joined(separator: ", ")): for \(experiment.rawValue), which --only leaves out"
  }
}

import Machine

/// What the experiment `cost` measures.
public struct CostDesign: Sendable {
  public var plan: Plan
  public var cells: [Cell]
  public var planner: CellPlanner
  /// By measuring CPU, the CPU that modifies its lines.
  public var otherCpus: [Int: Int]

  public init(plan: Plan, cells: [Cell], planner: CellPlanner, otherCpus: [Int: Int] = [:]) {
    (self.plan, self.cells, self.planner, self.otherCpus) = (plan, cells, planner, otherCpus)
  }
}

extension ExperimentId {
  public static let cost = ExperimentId(
    "cost", "what does each kernel cost at each placement", lockedPart: 0.49,
    quick: (Plan(.quick).wallLimit, Plan(.quick).rounds),
    standard: (Plan(.standard).wallLimit, Plan(.standard).rounds),
    thorough: (Plan(.thorough).wallLimit, Plan(.thorough).rounds))
}

extension CostExperiment: Experiment {
  public static var id: ExperimentId { .cost }

  public static func design(for request: inout RunRequest) throws -> CostDesign? {
    let planner = CellPlanner(request)
    let cells = try planner.cells(for: request.cells)
    for refusal in planner.refusals(of: request.cells) { request.skip(RunRequest.refusedPart, refusal) }
    if !planner.hasOtherCpu { request.skip("line state other-cpu-modified", request.noOtherCore) }
    if !planner.hasCmpxchg16b {
      request.skip("cmpxchg16b", "the CPU does not have it (CPUID.01H:ECX[13])")
    }
    var plan = request.plan
    plan.budget = request.share(of: id).budget
    let least = DoseResponse.leastBudget(cpus: request.cpus.count)
    if plan.budget < least, cells.contains(where: \.takesBusLock) {
      // Rounded up: what the message says must do.
      throw BudgetTooSmall(seconds: (least * request.plan.budget / plan.budget * 1e4).rounded(.up) / 1e4)
    }
    return CostDesign(
      plan: plan, cells: cells, planner: planner, otherCpus: request.otherCpus.mapValues(\.id))
  }

  /// Cells that were left out are in `unmeasured`.
  public var skipped: [(what: String, reason: String)] { [] }
}

extension CellPlanner {
  init(_ request: RunRequest) {
    let cpus = request.cpus.map(\.id)
    self.init(
      plan: request.plan.name, lineBytes: request.machine.processor.lineBytes, cpus: cpus,
      hasOtherCpu: cpus.allSatisfy { request.otherCpus[$0] != nil },
      hasCmpxchg16b: request.machine.processor.hasCmpxchg16b)
  }
}

/// Even the first, careful operations need some locked time.
public struct BudgetTooSmall: Error, CustomStringConvertible {
  let seconds: Double
  public var description: String {
    "--budget is too small for the dose ramp: give at least \(Decimal.significant(seconds, 2)) s, or choose aligned cells"
  }
}

import Machine
import Measurement

extension RunRecord {
  /// What was asked for, defaults filled in.
  public struct Parameters: Codable, Sendable {
    public var plan: String
    public var experiments: [String]
    /// Locked time that each experiment may take, in seconds.
    public var budgetSecondsByExperiment: [String: Double]
    public var cpus: [Int]
    /// The CPUs that modify lines for the measuring ones.
    public var otherCpus: [OtherCpu]
    public var instructions: [String]
    public var widths: [Int]
    public var placements: [String]
    public var offsets: [Int]
    /// Bystanders that were asked for; empty is all.
    public var victims: [String]
    /// NUMA node of their memory; nil is their own.
    public var victimNode: Int?
    public var allPairs: Bool
    public var rounds: Int
    public var mostRounds: Int
    public var budgetSeconds: Double
    public var wallLimitSeconds: Double
    /// Half-width of the interval at which a headline cell is done, as a share of its value.
    public var headlinePrecision: Double
    public var headlineBusLocks: Int
    public var seed: UInt64
    public var cells: Int

    public init(_ request: RunRequest, seed: UInt64, cells: Int) {
      let plan = request.plan
      self.plan = plan.name.rawValue
      experiments = request.experiments.map(\.rawValue)
      budgetSecondsByExperiment = Dictionary(
        uniqueKeysWithValues: request.experiments.map { ($0.rawValue, request.share(of: $0).budget) })
      cpus = request.cpus.map(\.id)
      otherCpus = request.cpus.compactMap { cpu in
        request.otherCpus[cpu.id].map {
          OtherCpu(
            cpu: cpu.id, otherCpu: $0.id, relation: request.topology.relation(of: cpu, to: $0),
            relationSource: request.machine.relationSource)
        }
      }
      instructions = request.cells.instructions.map(\.rawValue)
      widths = request.cells.widths
      placements = request.cells.placements.map(\.rawValue)
      offsets = request.cells.offsets
      victims = request.victims?.map(\.rawValue) ?? []
      victimNode = request.victimNode
      allPairs = request.allPairs
      rounds = plan.rounds
      mostRounds = plan.mostRounds
      budgetSeconds = plan.budget
      wallLimitSeconds = plan.wallLimit
      headlinePrecision = plan.headlinePrecision
      headlineBusLocks = plan.headlineBusLocks
      self.seed = seed
      self.cells = cells
    }
  }

  /// Which CPU modifies the lines of a measuring one, and how the two are related.
  public struct OtherCpu: Codable, Sendable, Equatable {
    public var cpu: Int
    public var otherCpu: Int
    public var relation: Relation
    /// See `MachineReport`.
    public var relationSource: String
  }
}

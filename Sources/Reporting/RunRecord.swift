import LockKernels
import Machine
import Measurement

/// `run.json`: everything about a run that is not a row of a table.
public struct RunRecord: Codable, Sendable {
  /// Raised when a column or key changes its meaning.
  public static let schemaVersion = 1

  public var schemaVersion = RunRecord.schemaVersion
  public var tool = "splitbench"
  public var toolVersion: String
  public var run: String
  public var label: String?
  public var complete = false
  public var end: String
  public var startedUtc: String
  public var endedUtc: String?
  public var parameters: Parameters
  public var machine: MachineReport
  /// Policy and registers when the run ended, to be compared with those in `machine`.
  public var settingsAfter: Settings?
  public var settingsChanged: Bool?
  public var clock: Clock?
  public var disturbance: DisturbanceSummary?
  /// Timer, loop, exclusion rule and dose ramp of each measuring CPU.
  public var cpus: [CostExperiment.CpuFindings]?
  public var lockedTime: LockedTime?
  public var roundsDone: Int = 0
  public var headlines: [CostExperiment.Headline]?
  public var warnings: [RunWarning] = []
  public var skipped: [Skipped]
  /// Cells of the plan that have no row.
  public var unmeasured: [Skipped] = []

  /// What was asked for, defaults filled in.
  public struct Parameters: Codable, Sendable {
    public var plan: String
    public var experiments: [String]
    public var cpus: [Int]
    /// The CPUs that modify lines for the measuring ones.
    public var otherCpus: [OtherCpu]
    public var instructions: [String]
    public var widths: [Int]
    public var placements: [String]
    public var offsets: [Int]
    public var rounds: Int
    public var mostRounds: Int
    public var budgetSeconds: Double
    public var wallLimitSeconds: Double
    /// Half-width of the interval at which a headline cell is done, as a share of its value.
    public var headlinePrecision: Double
    public var headlineBusLocks: Int
    public var seed: UInt64
    public var cells: Int

    public init(
      plan: Plan, cpus: [Int], otherCpus: [OtherCpu], request: CellRequest, seed: UInt64, cells: Int
    ) {
      self.plan = plan.name.rawValue
      experiments = ["cost"]
      self.cpus = cpus
      self.otherCpus = otherCpus
      instructions = request.instructions.map(\.rawValue)
      widths = request.widths
      placements = request.placements.map(\.rawValue)
      offsets = request.offsets
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
    /// `hwloc`, or `hypervisor-claim` where hwloc only repeats what a hypervisor says.
    public var relationSource: String

    public init(cpu: Int, otherCpu: Int, relation: Relation, relationSource: String) {
      self.cpu = cpu
      self.otherCpu = otherCpu
      self.relation = relation
      self.relationSource = relationSource
    }
  }

  /// State of the detection hardware and of Linux's policy.
  public struct Settings: Codable, Sendable, Equatable {
    public var mode: DetectionPolicy.Mode
    public var rateLimit: Int?
    public var mitigates: Bool?
    public var registers: [DetectionRegisters]
    public init(_ machine: MachineReport) {
      mode = machine.policy.mode
      rateLimit = machine.policy.rateLimit
      mitigates = machine.policy.mitigates
      registers = machine.registers
    }
  }

  public struct Clock: Codable, Sendable {
    public var tscTicksPerNanosecond: Double
    /// Bound on the relative error of the calibration against CLOCK_MONOTONIC_RAW.
    public var relativeError: Double
  }

  public struct DisturbanceSummary: Codable, Sendable {
    public var rule: String
    public var disturbedShare: Double
    public var groupsByCause: [String: Int]
    /// 5th and 95th percentile of core cycles a TSC cycle.
    public var corePerTscLow: Double?
    public var corePerTscHigh: Double?
    /// Clock ticks that a hypervisor withheld from the measuring CPUs during the rounds (steal in /proc/stat).
    public var stolenClockTicks: UInt64?
    /// SMIs on the measuring CPUs during the rounds (MSR 0x34).
    public var smis: UInt64?
  }

  public struct LockedTime: Codable, Sendable {
    public var budgetSeconds: Double
    public var spentSeconds: Double
    public var splitLocks: Int
  }

  public struct Skipped: Codable, Sendable, Equatable {
    public var what: String
    public var reason: String
    public init(what: String, reason: String) {
      self.what = what
      self.reason = reason
    }
  }

  public init(
    toolVersion: String, run: String, label: String?, startedUtc: String, parameters: Parameters,
    machine: MachineReport, skipped: [Skipped]
  ) {
    self.toolVersion = toolVersion
    self.run = run
    self.label = label
    self.startedUtc = startedUtc
    self.parameters = parameters
    self.machine = machine
    self.skipped = skipped
    end = "running"
  }

  /// Takes over what the experiment knows by now.
  public mutating func update(from experiment: CostExperiment) {
    let rate = experiment.clock.ticksPerNanosecond
    clock = Clock(tscTicksPerNanosecond: rate.value, relativeError: rate.relativeError)
    cpus = experiment.cpuFindings
    let tally = experiment.tally
    disturbance = DisturbanceSummary(
      rule: DisturbanceRule.inWords, disturbedShare: tally.disturbedShare,
      groupsByCause: Dictionary(
        uniqueKeysWithValues: tally.groupsByCause.map { ($0.key.rawValue, $0.value) }),
      corePerTscLow: tally.frequencyRange?.low, corePerTscHigh: tally.frequencyRange?.high,
      stolenClockTicks: experiment.stolenTicks, smis: experiment.smis)
    lockedTime = LockedTime(
      budgetSeconds: experiment.budget.limit, spentSeconds: experiment.budget.spent,
      splitLocks: experiment.budget.operations)
    roundsDone = experiment.roundsDone
    headlines = experiment.headlines
    warnings = experiment.warnings
    unmeasured = experiment.unmeasured.map { Skipped(what: $0.cell.description, reason: $0.reason) }
  }

  /// Closes the record of a run that ended.
  public mutating func close(end: String, complete: Bool, endedUtc: String, after: Settings) {
    self.end = end
    self.complete = complete
    self.endedUtc = endedUtc
    settingsAfter = after
    settingsChanged = after != Settings(machine)
  }
}

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
  public var doseRamp: [String: DoseResponse]?
  public var lockedTime: LockedTime?
  public var roundsDone: Int = 0
  public var headlines: [CostExperiment.Headline]?
  public var warnings: [RunWarning] = []
  public var skipped: [Skipped]

  /// What was asked for, defaults filled in.
  public struct Parameters: Codable, Sendable {
    public var plan: String
    public var experiments: [String]
    public var cpus: [Int]
    /// By measuring CPU, the CPU that modifies its lines.
    public var otherCpus: [Int: Int]
    public var instructions: [String]
    public var widths: [Int]
    public var placements: [String]
    public var offsets: [Int]
    public var rounds: Int
    public var budgetSeconds: Double
    public var wallLimitSeconds: Double
    public var seed: UInt64
    public var cells: Int

    public init(
      plan: Plan, cpus: [Int], otherCpus: [Int: Int], request: CellRequest, seed: UInt64, cells: Int
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
      budgetSeconds = plan.budget
      wallLimitSeconds = plan.wallLimit
      self.seed = seed
      self.cells = cells
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
    public var timer: TimerCost
    /// Core cycles an operation that the loop's own instructions cost if nothing overlapped them.
    public var loopOverheadBoundCoreCycles: Double
  }

  public struct DisturbanceSummary: Codable, Sendable {
    public var rule: DisturbanceRule
    public var ruleInWords: String
    public var disturbedShare: Double
    public var groupsByCause: [String: Int]
    /// 5th and 95th percentile of core cycles a TSC cycle.
    public var corePerTscLow: Double?
    public var corePerTscHigh: Double?
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
    clock = Clock(
      tscTicksPerNanosecond: rate.value, relativeError: rate.relativeError,
      timer: experiment.timerCost, loopOverheadBoundCoreCycles: experiment.loopOverheadBound)
    disturbance = experiment.rule.map {
      DisturbanceSummary(
        rule: $0, ruleInWords: $0.description, disturbedShare: experiment.disturbedShare,
        groupsByCause: Dictionary(
          uniqueKeysWithValues: experiment.disturbanceCounts.map { ($0.key.rawValue, $0.value) }),
        corePerTscLow: experiment.frequencyRange?.low,
        corePerTscHigh: experiment.frequencyRange?.high)
    }
    doseRamp = experiment.doseResponses
    lockedTime = LockedTime(
      budgetSeconds: experiment.budget.limit, spentSeconds: experiment.budget.spent,
      splitLocks: experiment.budget.operations)
    roundsDone = experiment.roundsDone
    headlines = experiment.headlines
    warnings = experiment.warnings
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

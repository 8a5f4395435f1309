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
  /// Which of several equal machines; runs of before 0.2 do not say.
  public var host: HostIdentity?
  /// Policy and registers when the run ended, to be compared with those in `machine`.
  public var settingsAfter: Settings?
  public var settingsChanged: Bool?
  /// What Linux was tainted with around a run that writes registers.
  public var taint: Tainting?
  public var clock: Clock?
  public var disturbance: DisturbanceSummary?
  /// Timer, loop, exclusion rule and dose ramp of each measuring CPU.
  public var cpus: [CostExperiment.CpuFindings]?
  public var lockedTime: LockedTime?
  public var roundsDone: Int = 0
  public var headlines: [CostExperiment.Headline]?
  /// Pairs of CPUs that experiments used, and what they show of their relation.
  public var pairs: [Pair]?
  /// Bytes of the victims' working sets, by the victim's CPU.
  public var victimMemory: [Int: VictimMemory.Sizes]?
  /// What the dose curve of each victim says, by pair.
  public var doseCurves: [DoseCurve]?
  /// CPUs that answer split locks, or EFLAGS.AC, otherwise than most, and how.
  public var disagreements: [Skipped]?
  /// The policy in the light of what split locks met.
  public var judgedPolicy: DetectionPolicy?
  /// Whom each detection register belongs to.
  public var scopes: [ScopeFinding]?
  /// Of what the run did: paths that the makers had no hardware for.
  public var untestedOnHardware: [String]?
  /// The rhythm of Linux's delays, where there were any.
  public var dutyCycles: [DutyCycle]?
  /// How every experiment ended.
  public var ends: [String: ExperimentEnd] = [:]
  public var warnings: [RunWarning] = []
  public var skipped: [Skipped]
  /// Cells of the plan that have no row.
  public var unmeasured: [Skipped] = []

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

  /// By experiment, for `lockedTime` and `warnings`; not written.
  var locked: [ExperimentId: LockedTime] = [:]
  var warningsBy: [ExperimentId: [RunWarning]] = [:]
  /// Those of no experiment.
  var warningsOfAll: [RunWarning] = []

  private enum CodingKeys: CodingKey {
    case schemaVersion, tool, toolVersion, run, label, complete, end, startedUtc, endedUtc, parameters,
      machine, host,
      settingsAfter, settingsChanged, taint, clock, disturbance, cpus, lockedTime, roundsDone, headlines,
      pairs,
      victimMemory, doseCurves, disagreements, judgedPolicy, scopes, untestedOnHardware, dutyCycles, ends,
      warnings, skipped,
      unmeasured
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
    lockedTime = LockedTime(budgetSeconds: parameters.budgetSeconds, spentSeconds: 0, splitLocks: 0)
  }

  /// Adds what holds of the whole run.
  public mutating func note(_ warning: RunWarning) {
    warningsOfAll.append(warning)
    warnings.append(warning)
  }

  /// Says what the run changed and could not put back.
  public mutating func note(notRestored: [String]) {
    guard !notRestored.isEmpty else { return }
    warnings.insert(.notRestored(notRestored), at: 0)
  }

  /// Says which of the experiments the run did not come to.
  public mutating func note(planned experiments: [ExperimentId]) {
    for id in experiments where ends[id.rawValue] == nil {
      skipped.append(Skipped(what: id.rawValue, reason: "the run ended before anything of it was measured"))
    }
  }

  /// Closes the record of a run that ended.
  public mutating func close(end: String, complete: Bool, endedUtc: String, after: Settings) {
    self.end = end
    self.complete = complete
    self.endedUtc = endedUtc
    settingsAfter = after
    settingsChanged = after != Settings(machine)
  }

  /// An error ended the run; what is there is of the rounds before.
  public mutating func fail(endedUtc: String) {
    end = "failed"
    self.endedUtc = endedUtc
  }
}

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

  /// A pair of CPUs, as the topology has it and as it shows itself.
  public struct Pair: Codable, Sendable, Equatable {
    public var pair: RelatedPair
    public var relationSource: String
    /// Aligned one-way trip, TSC offset, and independent adds beside the other's over alone.
    public var check: PairCheck
    /// What a split lock costs on the aggressor's CPU, in TSC cycles.
    public var splitLockTscCycles: Double?
    public var pageSplitLockTscCycles: Double?
    public var contradiction: String?

    init(_ site: PairSite, relationSource: String, contradiction: String?) {
      pair = site.pair
      self.relationSource = relationSource
      check = site.check
      splitLockTscCycles = site.aggressorRamp.line.nativeTicks
      pageSplitLockTscCycles = site.aggressorRamp.page.nativeTicks
      self.contradiction = contradiction
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

    /// What is not as it was, in words. Of IA32_DEBUGCTL only bit 2 counts: perf and ptrace own others.
    public func differences(from earlier: Settings) -> [String] {
      var found: [String] = []
      func say<Value: Equatable>(_ what: String, _ now: Value?, _ then: Value?, _ text: (Value) -> String) {
        guard now != then else { return }
        found.append("\(what) is \(now.map(text) ?? "unreadable"), was \(then.map(text) ?? "unreadable")")
      }
      say("kernel.split_lock_mitigate", mitigates, earlier.mitigates) { $0 ? "1" : "0" }
      for then in earlier.registers {
        guard let now = registers.first(where: { $0.cpu == then.cpu }) else {
          found.append("CPU \(then.cpu) is gone")
          continue
        }
        // The other bits are not ours. Linux writes them as it found them at boot whenever it writes bit 29.
        let part = now.splitLockDetection == then.splitLockDetection ? ", but for bit 29," : ""
        say("MSR 0x33 of CPU \(then.cpu)\(part)", now.memoryControl, then.memoryControl) {
          "0x" + String($0, radix: 16)
        }
        say("bit 2 of IA32_DEBUGCTL of CPU \(then.cpu)", now.busLockDetection, then.busLockDetection) {
          $0 ? "set" : "clear"
        }
      }
      return found
    }
  }

  /// The masks of /proc/sys/kernel/tainted before and after, and what of the run brought what is new.
  public struct Tainting: Codable, Sendable, Equatable {
    public var before: UInt64
    public var after: UInt64
    public var cause: String?

    /// - Parameter registers: those that the run may have written.
    public init(before: Taint, after: Taint, registers: [DetectionRegister]) {
      (self.before, self.after) = (before.mask, after.mask)
      let names = registers.map { "\($0.name) (MSR \($0.hexadecimal))" }.joined(separator: ", ")
      if after.isOutOfSpec, !before.isOutOfSpec, !registers.isEmpty {
        cause = "CPU_OUT_OF_SPEC (S): this run wrote \(names)"
      }
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

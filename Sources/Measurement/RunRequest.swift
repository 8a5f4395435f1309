import DetectionControl
import LockKernels
import Machine

/// What a person asked for and the machine it is asked of, from which experiments make their designs.
public struct RunRequest: Sendable {
  public let machine: MachineReport
  public let files: FileTree
  public let plan: Plan
  /// The experiments of the run.
  public let experiments: [ExperimentId]
  /// CPUs that measure, at least one.
  public let cpus: [LogicalCpu]
  /// Whether they were asked for by number, and are not one of each kind of core.
  public let cpusAreGiven: Bool
  /// By measuring CPU, the closest that does not share its core, where there is one.
  public let otherCpus: [Int: LogicalCpu]

  /// Those of `cost`.
  public var cells = CellRequest()
  /// Those of `bystander`; nil is all.
  public var victims: [Victim]?
  /// NUMA node of the victims' memory; nil is that of the victim's CPU.
  public var victimNode: Int?
  /// Whether every pair of CPUs is measured, and not one of each relation.
  public var allPairs = false
  /// Settings of detection; nil is all that the machine has.
  public var settings: [Setting]?
  /// Leave to switch on #AC where Linux booted without it.
  public var allowsArming = false

  /// What is not measured, with the reason.
  public private(set) var skipped: [(what: String, reason: String)] = []

  public init(
    machine: MachineReport, files: FileTree, plan: Plan, experiments: [ExperimentId], cpus: [LogicalCpu],
    cpusAreGiven: Bool, otherCpus: [Int: LogicalCpu]
  ) {
    (self.machine, self.files, self.plan, self.experiments) = (machine, files, plan, experiments)
    (self.cpus, self.cpusAreGiven, self.otherCpus) = (cpus, cpusAreGiven, otherCpus)
  }

  public func share(of experiment: ExperimentId) -> Plan.Share {
    plan.share(of: experiment, among: experiments)
  }

  /// The first of those that measure, for experiments on one.
  public var cpu: LogicalCpu { cpus[0] }

  /// The nearest on another core; nil where there is none.
  public var otherCpu: LogicalCpu? { otherCpus[cpu.id] }

  public var topology: Topology { machine.topology }

  /// Whether #AC may be switched on.
  var mayArm: Bool { allowsArming || !ArmingHazard.isArming(machine.policy) }

  /// Why a CPU has no other.
  public var noOtherCore: String {
    topology.cpus.count == 1
      ? Topology.oneCpuOnly : "no CPU is allowed that does not share the core"
  }

  /// What `skipped` calls what the person asked for and cannot be.
  public static let refusedPart = "part of the request"

  static let needsSecondCpu = "it needs a second CPU, and this process may use one only"

  /// CPUs beside which others are measured, or all: with the reasons for relations that are not among them.
  public mutating func pairs() -> [RelatedPair] {
    let victims = cpusAreGiven ? cpus.map(\.id) : []
    let pairs =
      allPairs ? topology.allPairs(victims: victims) : topology.representativePairs(victims: victims)
    for (relation, reason) in topology.missingRelations(in: pairs) {
      skip("relation \(relation.rawValue)", reason)
    }
    return pairs
  }

  /// Once, however many experiments leave it out.
  public mutating func skip(_ what: String, _ reason: String) {
    if !skipped.contains(where: { $0 == (what, reason) }) { skipped.append((what, reason)) }
  }
}

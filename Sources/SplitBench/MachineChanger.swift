import DetectionControl
import Machine
import Measurement
import Reporting

/// What a run needs to change the machine: the leave of the person, asked for before anything is begun.
struct MachineChanger {
  let control: DetectionControl
  /// Those that may be written for `scope`: #AC must be armed to be told by behaviour, and that needs leave where Linux
  /// booted without it.
  let scopeBits: [DetectionBit.Kind]
  private let touched: Set<DetectionBit.Kind>
  /// When the registers held still, before the first change.
  let before: RunRecord.Settings
  private let plans: ControlPlans
  private let warnings: [String]
  private let files: FileTree
  private let taint: Taint?

  /// Nil where the run changes nothing.
  ///
  /// - Throws: why it must not, or cannot.
  init?(_ design: RunDesign, _ options: ControlOptions, allowHotplug: Bool) throws {
    let changing = design.experiments.filter(\.changesMachine)
    guard let first = changing.first else { return nil }
    guard options.allowMsrWrites else { throw LeaveMissing(experiment: first) }
    if changing.contains(.hotplug), !allowHotplug { throw HotplugLeaveMissing() }
    let machine = design.machine
    plans = design.control
    let bits = DetectionBit.Kind.allCases.filter { DetectionControl.exists($0, machine) }
    guard !bits.isEmpty else { throw NoDetection(experiment: first) }
    guard changing.contains(where: plans.isPossible) else {
      throw NothingToChange(reasons: plans.skipped.map { "\($0.what): \($0.reason)" })
    }
    files = options.place.files
    taint = Taint(files: files)
    if plans.hotplug != nil, !options.force, let obstacle = HotplugHazard.obstacle(files) {
      throw HotplugRefused(obstacle: obstacle)
    }
    let access = MsrAccess(cpu: machine.topology.cpus[0].id, files: files)
    if let obstacle = access.obstacles.first { throw RegistersOutOfReach(obstacle: obstacle) }
    control = try DetectionControl(
      report: machine, files: files, journal: options.place.file, leave: options.leave, term: .run)
    before = RunRecord.Settings(try MachineReport.ofThisMachine(files: files, watchMs: 0))
    let mayArm = !ArmingHazard.isArming(machine.policy) || options.allowArming
    scopeBits = bits.filter { $0 != .splitLock || mayArm }
    var changes = plans.changes(mayArm: mayArm)
    if changing.contains(.scope) {
      // Where nothing is left, the refusal says what leave is missing.
      for bit in scopeBits.isEmpty ? bits : scopeBits { changes[bit] = true }
    }
    let unasked = changing.contains(.scope) && scopeBits.count < bits.count
    warnings =
      try control.check(changes)
      + (unasked ? ["scope leaves out #AC, which Linux booted without: give --allow-arming"] : [])
      + (plans.hotplug != nil ? [HotplugHazard.warning] : [])
    touched = Set(changes.keys)
  }

  /// Says what may happen, and writes the way back down.
  func begin() throws {
    for warning in warnings { complain("note: \(warning)") }
    try control.begin(
      touching: touched, mitigation: plans.changesMitigation, hotplug: plans.hotplug?.cpus ?? [])
  }

  /// Linux's taint before the run and now; nil where it cannot be read.
  var tainting: RunRecord.Tainting? {
    guard let taint, let now = Taint(files: files) else { return nil }
    let registers = DetectionBit.Kind.allCases.filter(touched.contains).map(\.register)
    return RunRecord.Tainting(before: taint, after: now, registers: registers)
  }

  /// - Returns: what is not as it was.
  func restore() throws -> [String] { try control.restore() }
}

/// An experiment that changes the machine, without leave to.
struct LeaveMissing: UsageError, CustomStringConvertible {
  let experiment: ExperimentId
  var description: String {
    "\(experiment.rawValue) writes model-specific registers: give --allow-msr-writes"
  }
}

/// Nothing here can be switched.
struct NoDetection: Error, CustomStringConvertible {
  let experiment: ExperimentId
  var description: String {
    "\(experiment.rawValue): this CPU, or its hypervisor, offers neither split-lock nor bus-lock detection; there is nothing to switch"
  }
}

/// The registers are there, but not for us.
struct RegistersOutOfReach: Error, CustomStringConvertible {
  let obstacle: (to: String, what: String, remedy: String)
  var description: String {
    "cannot \(obstacle.to) the detection registers: \(obstacle.what); \(obstacle.remedy)"
  }
}

/// Nothing of what was asked for can be had.
struct NothingToChange: Error, CustomStringConvertible {
  let reasons: [String]
  var description: String {
    "nothing to do: \(reasons.joined(separator: "; ")); see splitbench list"
  }
}

/// Hotplug without its own leave.
struct HotplugLeaveMissing: UsageError, CustomStringConvertible {
  var description: String { "hotplug takes CPUs offline and back: give --allow-hotplug" }
}

/// Others would lose a CPU for good.
struct HotplugRefused: Error, CustomStringConvertible {
  let obstacle: String
  var description: String { "no CPU is taken offline: \(obstacle); give --force to do it all the same" }
}

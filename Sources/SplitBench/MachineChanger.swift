import DetectionControl
import Machine
import Measurement
import Reporting

/// What a run needs to change the machine: the leave of the person, asked for before anything is begun.
struct MachineChanger {
  let control: DetectionControl
  /// When the registers held still, before the first change.
  let before: RunRecord.Settings
  private let changes: MachineChanges
  private let warnings: [String]
  private let files: FileTree
  private let taint: Taint?

  /// Nil where the run changes nothing.
  ///
  /// - Throws: why it must not, or cannot.
  init?(_ design: RunDesign, _ options: ControlOptions, allowHotplug: Bool) throws {
    let changing = design.request.experiments.filter(\.changesMachine)
    guard let first = changing.first else { return nil }
    guard options.allowMsrWrites else { throw LeaveMissing(experiment: first) }
    if changing.contains(.hotplug), !allowHotplug { throw HotplugLeaveMissing() }
    let machine = design.request.machine
    guard DetectionBit.Kind.allCases.contains(where: { DetectionControl.exists($0, machine) }) else {
      throw NoDetection(experiment: first)
    }
    changes = MachineChanges(design.changes)
    guard !design.changes.isEmpty else {
      throw NothingToChange(reasons: design.skipped.map { "\($0.what): \($0.reason)" })
    }
    files = options.place.files
    taint = Taint(files: files)
    if !changes.unplugged.isEmpty, !options.force {
      let obstacles = HotplugHazard.obstacles(changes.unplugged, files)
      guard obstacles.isEmpty else { throw HotplugRefused(obstacles: obstacles) }
    }
    let access = MsrAccess(cpu: machine.topology.cpus[0].id, files: files)
    if let obstacle = access.obstacles.first { throw RegistersOutOfReach(obstacle: obstacle) }
    control = try DetectionControl(
      report: machine, files: files, journal: options.place.file, leave: options.leave, term: .run)
    let (settings, isSettled) = try MachineChanger.settled(control.machine, files)
    guard isSettled else { throw ControlRefusal.restless }
    before = settings
    warnings =
      try control.check(changes.bits) + (changes.unplugged.isEmpty ? [] : [HotplugHazard.warning])
  }

  /// Says what may happen, unless it is to be quiet, and writes the way back down.
  func begin(isQuiet: Bool) throws {
    for warning in isQuiet ? [] : warnings { complain("note: \(warning)") }
    try control.begin(
      touching: Set(changes.bits.keys), mitigation: changes.mitigation, hotplug: changes.unplugged)
  }

  /// Linux's taint before the run and now; nil where it cannot be read.
  var tainting: RunRecord.Tainting? {
    guard let taint, let now = Taint(files: files) else { return nil }
    let registers = DetectionBit.Kind.allCases.filter { changes.bits[$0] != nil }.map(\.register)
    return RunRecord.Tainting(before: taint, after: now, registers: registers)
  }

  /// Puts everything back, and looks at the machine when it holds still again.
  ///
  /// - Returns: how it is, and what of it is not as it was.
  func restore() throws -> (after: RunRecord.Settings, notRestored: [String]) {
    let left = try control.restore()
    let (after, _) = try MachineChanger.settled(control.machine, files)
    return (after, left + after.differences(from: before))
  }

  /// The settings when Linux is at rest: a reading in the window behind somebody's split lock says nothing about the machine.
  private static func settled(
    _ machine: ControlledMachine, _ files: FileTree
  ) throws -> (RunRecord.Settings, isSettled: Bool) {
    try machine.settled { RunRecord.Settings(try MachineReport.ofThisMachine(files: files, watchMs: 0)) }
  }
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

/// Others would be changed for good.
struct HotplugRefused: Error, CustomStringConvertible {
  let obstacles: [String]
  var description: String {
    "no CPU is taken offline: \(obstacles.joined(separator: "; ")); give --force to do it all the same"
  }
}

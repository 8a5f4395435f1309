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
  private let changesMitigation: Bool
  private let warnings: [String]
  private let files: FileTree
  private let taint: Taint?

  /// Nil where the run changes nothing.
  ///
  /// - Throws: why it must not, or cannot.
  init?(_ design: RunDesign, _ options: ControlOptions) throws {
    let changing = design.experiments.filter(\.changesMachine)
    guard let first = changing.first else { return nil }
    guard options.allowMsrWrites else { throw LeaveMissing(experiment: first) }
    let machine = design.machine
    let bits = DetectionBit.Kind.allCases.filter { DetectionControl.exists($0, machine) }
    guard !bits.isEmpty else { throw NoDetection(experiment: first) }
    if let settings = design.settings, settings.settings.isEmpty {
      throw NoSetting(
        reasons: design.skipped.filter { $0.what.hasPrefix("settings ") }.map {
          "\($0.what.dropFirst(9)): \($0.reason)"
        })
    }
    files = options.place.files
    taint = Taint(files: files)
    let access = MsrAccess(cpu: machine.topology.cpus[0].id, files: files)
    if let obstacle = access.obstacles.first { throw RegistersOutOfReach(obstacle: obstacle) }
    control = try DetectionControl(
      report: machine, files: files, journal: options.place.file, leave: options.leave,
      term: .run)
    let mayArm = !ArmingHazard.isArming(machine.policy) || options.allowArming
    scopeBits = bits.filter { $0 != .splitLock || mayArm }
    var changes: [DetectionBit.Kind: Bool] = [:]
    if changing.contains(.scope) {
      // Where nothing is left, the refusal says what leave is missing.
      for bit in scopeBits.isEmpty ? bits : scopeBits { changes[bit] = true }
    }
    // Settings that arm are asked for by name, and refused without leave.
    for (bit, isOn) in design.settings?.settings.flatMap(\.bits) ?? [] {
      changes[bit] = isOn || changes[bit] == true
    }
    let unasked = changing.contains(.scope) && scopeBits.count < bits.count
    warnings =
      try control.check(changes)
      + (unasked ? ["scope leaves out #AC, which Linux booted without: give --allow-arming"] : [])
    touched = Set(changes.keys)
    changesMitigation = design.settings?.settings.contains(where: \.changesMitigation) ?? false
  }

  /// Says what may happen, and writes the way back down.
  func begin() throws {
    for warning in warnings { complain("note: \(warning)") }
    try control.begin(touching: touched, mitigation: changesMitigation)
  }

  /// Linux's taint before the run and now; nil where it cannot be read.
  var tainting: RunRecord.Tainting? {
    guard let taint, let now = Taint(files: files) else { return nil }
    let registers = DetectionBit.Kind.allCases.filter(touched.contains).map(\.register)
    return RunRecord.Tainting(before: taint, after: now, registers: registers)
  }

  /// - Returns: what is not as it was.
  func restore() throws -> [String] {
    let left = try control.restore()
    for line in left { complain("error: not restored: \(line)") }
    return left
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

/// None of the settings that were asked for can be had.
struct NoSetting: Error, CustomStringConvertible {
  let reasons: [String]
  var description: String {
    "no setting to visit: \(reasons.joined(separator: "; ")); choose others, see splitbench list"
  }
}

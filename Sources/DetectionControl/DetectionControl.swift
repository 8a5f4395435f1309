import Machine

/// The only code that changes a machine: one lock, one journal, the bits and switches it names, and the way back.
public final class DetectionControl {
  /// What the person gave leave to.
  public struct Leave: Sendable {
    /// Write to model-specific registers at all.
    public var writing: Bool
    /// Switch on #AC where Linux booted without it.
    public var arming: Bool
    /// Even where processes are known that may die of it.
    public var force: Bool

    public init(writing: Bool, arming: Bool = false, force: Bool = false) {
      (self.writing, self.arming, self.force) = (writing, arming, force)
    }
  }

  public let machine: ControlledMachine
  /// As found, before anything was changed.
  public let before: DetectionState
  let report: MachineReport
  private let leave: Leave
  private let file: JournalFile
  private let lock: ControlLock
  private var journal: Journal?
  private var guardian: Guardian?

  /// Takes the lock and looks at the machine until it holds still; changes nothing. All offenders must be at rest.
  ///
  /// - Throws: `ControlBusy`, `JournalFailure`, `StaleJournal`, `ControlRefusal`.
  public init(
    report: MachineReport, files: FileTree = .live, journal file: JournalFile, leave: Leave
  ) throws {
    guard leave.writing else {
      throw ControlRefusal("changing a machine's registers needs --allow-msr-writes")
    }
    self.report = report
    self.leave = leave
    self.file = file
    machine = ControlledMachine(files: files, timerHz: report.linux.timerHz)
    lock = try ControlLock(beside: file)
    if let left = try file.read() {
      guard left.bootId == BootId.current(files) else {
        throw StaleJournal(file: file, isOfAnotherBoot: true)
      }
      guard left.isMeantToStay else { throw StaleJournal(file: file, isOfAnotherBoot: false) }
      journal = left
    }
    let cpus = report.topology.cpus.map(\.id)
    let bits = DetectionBit.Kind.allCases.filter { DetectionControl.exists($0, report) }.flatMap { kind in
      cpus.map { DetectionBit(kind, cpu: $0) }
    }
    before = machine.settledState(of: bits, cpus: cpus)
  }

  /// Whether the register may be touched at all: writing one that a CPU lacks, even a zero, "can cause fireworks"
  /// (arch/x86/kernel/cpu/bus_lock.c).
  public static func exists(_ kind: DetectionBit.Kind, _ report: MachineReport) -> Bool {
    switch kind {
    case .splitLock:
      report.policy.trapsWithAC
        || report.registers.contains { ($0.coreCapabilities ?? 0) >> 5 & 1 == 1 }
    case .busLock: report.policy.trapsWithDB || report.processor.hasBusLockDetect
    }
  }

  /// Refuses what must not be, and says what may happen where it may.
  ///
  /// - Returns: warnings for the person, to be printed before the first change.
  /// - Throws: `ControlRefusal`.
  public func check(_ changes: [DetectionBit.Kind: Bool]) throws(ControlRefusal) -> [String] {
    for kind in changes.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      guard DetectionControl.exists(kind, report) else {
        let sign =
          kind == .splitLock
          ? "neither MSR 0xCF bit 5 nor Linux says that it has" : "CPUID leaf 7 ECX bit 24 is clear for"
        throw ControlRefusal(
          "this CPU has no \(kind.rawValue.uppercased()): \(sign) \(kind.register.name); nothing was written")
      }
    }
    var warnings: [String] = []
    if changes[.splitLock] == true, ArmingHazard.isArming(report.policy) {
      let hazard = ArmingHazard(files: machine.files)
      guard leave.arming else {
        throw ControlRefusal(
          "Linux booted without #AC on split locks (\(report.policy.mode.rawValue)), and switching it on can kill others: "
            + hazard.warnings.joined(separator: "; ") + "; give --allow-arming to do it all the same")
      }
      guard !hazard.isGrave || leave.force else {
        throw ControlRefusal(
          "not armed: \(hazard.warnings.joined(separator: "; ")); give --force to do it all the same")
      }
      warnings += hazard.warnings
    }
    let access = MsrAccess(cpu: report.topology.cpus[0].id, files: machine.files)
    if !changes.isEmpty, access.isTainted != true {
      warnings.append(
        "writing a model-specific register taints Linux (CPU_OUT_OF_SPEC, S) until it is booted again")
    }
    return warnings
  }

  // MARK: Changing

  /// Writes the journal, and for a run starts the guardian; nothing may be changed before.
  ///
  /// - Parameter isMeantToStay: the changes outlive this process, until `msr restore`.
  public func begin(isMeantToStay: Bool) throws {
    var new =
      journal
      ?? Journal(
        bootId: BootId.current(machine.files), process: Int(ProcessId.own),
        nonce: UInt64.random(in: 1...UInt64.max), isMeantToStay: isMeantToStay, before: before)
    // Where an earlier change was meant to stay, its journal says what the machine was before all of them.
    new.before.complete(from: before)
    try file.write(new)
    journal = new
    if !isMeantToStay { guardian = try Guardian(journal: file, nonce: new.nonce, machine: machine) }
  }

  /// - Precondition: `check` and `begin`.
  public func set(_ bits: [DetectionBit], to isOn: Bool) -> [(
    bit: DetectionBit, outcome: ControlledMachine.WriteOutcome
  )] {
    precondition(journal != nil, "a change without a journal")
    return bits.map { ($0, machine.set($0, to: isOn)) }
  }

  /// Puts all back and forgets the journal.
  ///
  /// - Returns: what still differs; the journal is kept then.
  public func restore() throws -> [String] {
    guard let journal else { return [] }
    let left = Restoration(machine: machine, before: journal.before).run()
    guard left.isEmpty else { return left }
    try file.remove()
    self.journal = nil
    guardian?.dismiss()
    guardian = nil
    return []
  }
}

/// What a person asked for and must not have.
public struct ControlRefusal: Error, CustomStringConvertible, Sendable {
  public let description: String
  init(_ description: String) { self.description = description }
}

/// A run ended without putting the machine back.
public struct StaleJournal: Error, CustomStringConvertible, Sendable {
  public let file: JournalFile
  public let isOfAnotherBoot: Bool
  public var description: String {
    isOfAnotherBoot
      ? "journal \(file.path) is of an earlier boot: booting has undone its changes; remove it with splitbench msr restore"
      : "an earlier run left this machine changed, see \(file.path): put it back with splitbench msr restore"
  }
}

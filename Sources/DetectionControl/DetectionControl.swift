import Glibc
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

  /// How long the changes last.
  public enum Term: Sendable {
    /// As long as the run; a guardian sees to it.
    case run
    /// Until `msr restore`.
    case untilRestored
  }

  public let machine: ControlledMachine
  /// As found, before anything was changed.
  public let before: DetectionState
  let report: MachineReport
  let leave: Leave
  private let term: Term
  private let file: JournalFile
  private let lock: ControlLock
  /// Of `msr set` calls before this one, whose changes stay.
  private let staying: Journal?
  /// Nil until `begin`, and behind `restore`.
  private(set) var journal: Journal?
  /// What is held open ends with the journal.
  let lease = ToggleLease()
  private var guardian: Guardian?

  /// Takes the lock and looks at the machine until it holds still; changes nothing. All offenders must be at rest.
  ///
  /// - Throws: `ControlBusy`, `JournalFailure`, `StaleJournal`, `ControlRefusal`.
  public init(
    report: MachineReport, files: FileTree = .live, journal place: JournalFile, leave: Leave, term: Term
  ) throws {
    guard leave.writing else {
      throw ControlRefusal("changing a machine's registers needs --allow-msr-writes")
    }
    (self.report, self.leave, self.term) = (report, leave, term)
    machine = ControlledMachine(files: files, timerHz: report.linux.timerHz)
    lock = try DetectionControl.lock(files, besides: place)
    let left = try place.read()
    if let left, left.bootId != BootId.current(files) {
      throw StaleJournal(file: place, isOfAnotherBoot: true)
    }
    // A run leaves alone what is meant to stay: for it that is how the machine was.
    staying = term == .untilRestored ? left : nil
    file = term == .run ? place.ofRun : place
    let cpus = DetectionControl.onlineCpus(report, files)
    let bits = DetectionBit.Kind.allCases.filter { DetectionControl.exists($0, report) }.flatMap { kind in
      cpus.map { DetectionBit(kind, cpu: $0) }
    }
    guard let state = machine.settledState(of: bits, cpus: []) else {
      throw ControlRefusal.restless
    }
    before = state
    let clear = state.bits.filter { $0.bit.kind == .splitLock && !$0.isSet }.map(\.bit.cpu)
    if report.policy.believes(.memoryControl) == true, !clear.isEmpty, left == nil, !leave.force {
      throw ControlRefusal(
        "bit 29 of MSR 0x33 is clear on CPUs \(CpuSelection.ranges(clear)) though Linux armed it: a program may be split-locking"
          + " there, and would be taken for the machine's own state; end it, or give --force")
    }
  }

  /// The lock, when no run's journal is left: its guardian may be at work just now.
  private static func lock(_ files: FileTree, besides place: JournalFile) throws -> ControlLock {
    for isLastTry in [false, false, false, true] {
      let lock = try ControlLock(files, patience: isLastTry ? 0 : 0.5)
      guard let left = try place.ofRun.read() else { return lock }
      let isOfAnotherBoot = left.bootId != BootId.current(files)
      guard !isOfAnotherBoot, !isLastTry else {
        throw StaleJournal(file: place.ofRun, isOfAnotherBoot: isOfAnotherBoot)
      }
      withExtendedLifetime(lock) {}
      sleepUninterrupted(seconds: 0.5)
    }
    fatalError("the last try returns or throws")
  }

  /// Every CPU that has registers to write, also outside this process's CPU set: they may share one with those inside.
  private static func onlineCpus(_ report: MachineReport, _ files: FileTree) -> [Int] {
    let allowed = report.topology.cpus.map(\.id)
    guard let list = files.value("/sys/devices/system/cpu/online"), let online = CpuSelection.numbers(list)
    else {
      return allowed
    }
    return Array(Set(online).union(allowed)).sorted()
  }

  /// Writes down what these changes will touch, and for a run starts the guardian; nothing can be changed before.
  ///
  /// - Parameter hotplug: CPUs that will be taken offline.
  public func begin(
    touching kinds: Set<DetectionBit.Kind>, mitigation: Bool = false, hotplug: [Int] = []
  ) throws {
    let touched = DetectionState(
      bits: before.bits.filter { kinds.contains($0.bit.kind) },
      mitigates: mitigation ? before.mitigates : nil,
      online: machine.state(of: [], cpus: hotplug).online)
    var new = Journal(
      bootId: BootId.current(machine.files), process: Int(getpid()),
      nonce: UInt64.random(in: 1...UInt64.max), before: staying?.before ?? touched)
    // Where an earlier change was meant to stay, its journal says what the machine was before all of them.
    new.before.complete(from: touched)
    try file.write(new)
    journal = new
    if term == .run { guardian = try Guardian(journal: file, nonce: new.nonce, machine: machine) }
  }

  /// Changes bits that `begin` has written down.
  public func set(
    _ bits: [DetectionBit], to isOn: Bool
  ) -> [(bit: DetectionBit, outcome: ControlledMachine.WriteOutcome)] {
    bits.map { ($0, refusal($0, isOn) ?? machine.set($0, to: isOn)) }
  }

  func refusal(_ bit: DetectionBit, _ isOn: Bool) -> ControlledMachine.WriteOutcome? {
    guard let was = journal?.before.isSet(bit) else {
      return .refused("not written: \(bit.inWords) could not be read at the start, so there is no way back")
    }
    if bit.kind == .splitLock, isOn, !was, ArmingHazard.isArming(report.policy), !leave.arming {
      return .refused("not written: Linux booted without it; give --allow-arming")
    }
    return nil
  }

  /// - Precondition: `begin` with `mitigation`.
  func setMitigation(_ isOn: Bool) -> ControlledMachine.WriteOutcome {
    guard journal?.before.mitigates != nil else { return .refused("not written: it is not in the journal") }
    return machine.setMitigation(isOn)
  }

  /// - Precondition: `begin` with this CPU.
  public func setOnline(_ isOnline: Bool, cpu: Int) -> ControlledMachine.WriteOutcome {
    guard journal?.before.online.contains(where: { $0.cpu == cpu }) == true else {
      return .refused("not written: CPU \(cpu) is not in the journal")
    }
    return machine.setOnline(isOnline, cpu: cpu)
  }

  /// As it was when the run began, for the next setting.
  ///
  /// - Returns: what still differs.
  public func reset() -> [String] {
    guard let journal else { return [] }
    return Restoration(machine: machine, before: journal.before).run(isLast: false)
  }

  /// Puts all back and forgets the journal; does nothing before `begin`.
  ///
  /// - Returns: what still differs; the journal is kept then.
  public func restore() throws -> [String] {
    guard let journal else { return [] }
    lease.end()
    let left = Restoration(machine: machine, before: journal.before).run()
    guard left.isEmpty else { return left }
    try file.remove()
    self.journal = nil
    guardian?.dismiss()
    guardian = nil
    return []
  }
}

import DetectionControl
import Machine

/// One thing that is toggled, or done beside it: a row of `toggle.csv`.
public struct ToggleCell: Sendable, Hashable {
  public enum Part: String, Sendable, CaseIterable {
    /// One CPU's bit.
    case read, write
    /// The bits of all CPUs: one writer in turn, or each CPU's own at one time.
    case allSerial = "all-serial"
    case allParallel = "all-parallel"
    /// From the write until a split lock is answered otherwise.
    case behaviour
    /// kernel.split_lock_mitigate.
    case sysctl
    /// A victim on the CPU whose bit is toggled.
    case bystander
  }

  public enum Operation: String, Sendable, CaseIterable { case read, write }

  public var part: Part
  public var operation: Operation
  /// Nil where each CPU has its own writer.
  public var writerCpu: Int?
  /// Whose bit, behaviour or victim it is; nil of all CPUs, and of the sysctl.
  public var cpu: Int?
  /// CPUs whose bit is read or written, and threads that do it.
  public var cpus: Int
  public var writers: Int
  /// Operations a second, of a bystander; infinite is one behind the other.
  public var rate: Double?

  init(
    _ part: Part, _ operation: Operation, writer: Int?, cpu: Int?, cpus: Int, writers: Int = 1,
    rate: Double? = nil
  ) {
    (self.part, self.operation, writerCpu, self.cpu) = (part, operation, writer, cpu)
    (self.cpus, self.writers, self.rate) = (cpus, writers, rate)
  }
}

/// What is toggled, from where, and how often.
public struct TogglePlan: Sendable {
  public var writer: Int
  /// The writer itself, and one CPU of every relation to it.
  public var cpus: [Int]
  /// All that this process may use.
  public var all: [Int]
  /// Where victims run: the writer's SMT sibling, and the closest CPU that is none.
  public var victims: [Int]
  public var share: Plan.Share

  public init(writer: LogicalCpu, in topology: Topology, share: Plan.Share) {
    self.writer = writer.id
    cpus = topology.neighbourhood(of: writer)
    all = topology.cpus.map(\.id).sorted()
    let sibling = topology.sibling(of: writer.id)
    let beyond = cpus.first { $0 != writer.id && $0 != sibling }
    victims = [sibling, beyond].compactMap { $0 }
    self.share = share
  }

  /// Toggles a second beside a victim.
  static let rates = [10.0, 100, 1000, 10_000, .infinity]

  /// Why a split lock that meets detection would not show; nil where it does.
  ///
  /// Whatever Linux booted with, but fatal, it answers #AC as warn does (handle_user_split_lock).
  static func behaviourObstacle(_ policy: DetectionPolicy) -> String? {
    policy.mode != .fatal && policy.mitigates == false
      ? "kernel.split_lock_mitigate is 0: a trapped split lock is not delayed, and looks like a free one"
      : nil
  }

  /// Whether only a trial tells that it shows: before 5.19 Linux warns and delays nothing, and before 6.2 no sysctl says so.
  static func mustTry(_ policy: DetectionPolicy) -> Bool { policy.mode != .fatal && policy.mitigates == nil }

  /// Why it would not show, by what one met; nil where it does.
  static func behaviourObstacle(_ answer: SplitLockAnswer?, on cpu: Int) -> String? {
    guard let answer else { return "a split lock could not be tried on CPU \(cpu)" }
    return answer.isDelayed || answer.isSignalled
      ? nil
      : "a split lock on CPU \(cpu), its bit set, was neither delayed nor signalled, so that it looks like a free one:"
        + " Linux before 5.19 warns in its log alone"
  }

  /// - Parameter writable: CPUs that take the write; of others there are reads alone.
  func cells(writable: Set<Int>, showsBehaviour: Bool, hasSysctl: Bool) -> [ToggleCell] {
    let all = all.filter(writable.contains)
    let both = ToggleCell.Operation.allCases
    var cells =
      cpus.map { ToggleCell(.read, .read, writer: writer, cpu: $0, cpus: 1) }
      + cpus.map { ToggleCell(.write, .write, writer: writer, cpu: $0, cpus: 1) }
    if all.count > 1 {
      cells += both.map { ToggleCell(.allSerial, $0, writer: writer, cpu: nil, cpus: all.count) }
      cells += both.map {
        ToggleCell(.allParallel, $0, writer: nil, cpu: nil, cpus: all.count, writers: all.count)
      }
    }
    if showsBehaviour { cells += behaviours(all) }
    if hasSysctl { cells += both.map { ToggleCell(.sysctl, $0, writer: writer, cpu: nil, cpus: 0) } }
    for victim in victims where writable.contains(victim) {
      cells += TogglePlan.rates.map {
        ToggleCell(.bystander, .write, writer: writer, cpu: victim, cpus: 1, rate: $0)
      }
      cells.append(
        ToggleCell(.bystander, .read, writer: writer, cpu: victim, cpus: 1, rate: .infinity))
    }
    return cells
  }

  private func behaviours(_ all: [Int]) -> [ToggleCell] {
    let watched = cpus.filter(all.contains)
    let alone = watched.map { ToggleCell(.behaviour, .write, writer: writer, cpu: $0, cpus: 1) }
    guard all.count > 1 else { return alone }
    // One CPU cannot split-lock and write the bits of others.
    return alone
      + watched.filter { $0 != writer }.map {
        ToggleCell(.behaviour, .write, writer: writer, cpu: $0, cpus: all.count)
      }
      + watched.map {
        ToggleCell(.behaviour, .write, writer: nil, cpu: $0, cpus: all.count, writers: all.count)
      }
  }
}

/// Experiments by id: the names of their tables, and the words of `--only`.
public enum ExperimentId: String, CaseIterable, Sendable, Codable {
  case cost
  case pingpong
  case bystander
  case scaling
  case trap
  case guest
  case scope
  case settings
  case hotplug
  case leak
  case toggle

  public var question: String {
    switch self {
    case .cost: "what does each kernel cost at each placement"
    case .pingpong: "how long does a locked compare-and-exchange take from CPU to CPU, aligned and split"
    case .bystander: "who else is slowed by split locks, and at which rate of them"
    case .scaling: "what happens as more offenders join, and are their operations still atomic"
    case .trap: "what does this machine do to a program that split-locks, and on which CPU"
    case .guest: "what does a split lock cost and meet in a KVM guest, and what may a guest do about it"
    case .scope: "on which CPUs does a detection bit change that is written on one"
    case .settings: "what does a split lock meet, and how many get through, under each setting of detection"
    case .hotplug: "what becomes of a CPU's detection bits, and of split locks there, when it was offline"
    case .leak: "while Linux has detection off on one core, where else can split locks pass, and for how long"
    case .toggle:
      "what does it cost to flip a detection bit on one CPU and on all, and what does a bystander feel"
    }
  }

  /// Whether it writes to the machine's registers, or makes Linux do, and so is done only with leave.
  public var changesMachine: Bool {
    switch self {
    case .scope, .settings, .hotplug, .leak, .toggle: true
    case .cost, .pingpong, .bystander, .scaling, .trap, .guest: false
    }
  }

  /// Those that change nothing: a run without `--only`.
  public static let harmless = allCases.filter { !$0.changesMachine }
}

extension Plan {
  /// What one experiment gets of a plan.
  public struct Share: Sendable, Equatable {
    /// Upper bound on locked time, in seconds.
    public var budget: Double
    /// No round is begun after so many seconds.
    public var wallLimit: Double
    /// Rounds at most.
    public var rounds: Int
  }

  /// How the locked time is divided where all experiments run.
  private static let lockedParts: [ExperimentId: Double] = [
    .cost: 0.49, .trap: 0.01, .pingpong: 0.05, .bystander: 0.35, .scaling: 0.1, .scope: 0.01, .settings: 0.49,
    .hotplug: 0.01, .leak: 0.1, .toggle: 0.05, .guest: 0.07,
  ]

  /// - Parameter chosen: the experiments of the run, among which its budget is divided.
  public func share(of experiment: ExperimentId, among chosen: [ExperimentId]) -> Share {
    let whole = chosen.reduce(0) { $0 + Plan.lockedParts[$1]! }
    let (wall, rounds) = bounds(experiment)
    return Share(
      budget: budget * Plan.lockedParts[experiment]! / whole, wallLimit: wall,
      rounds: givenRounds ?? rounds)
  }

  private func bounds(_ experiment: ExperimentId) -> (wall: Double, rounds: Int) {
    switch (experiment, name) {
    case (.cost, _): (wallLimit, rounds)
    case (.pingpong, .quick): (1, 10)
    case (.pingpong, .standard): (5, 40)
    case (.pingpong, .thorough): (50, 300)
    case (.bystander, .quick): (5, 5)
    case (.bystander, .standard): (45, 40)
    case (.bystander, .thorough): (600, 300)
    case (.scaling, .quick): (1, 5)
    case (.scaling, .standard): (10, 30)
    case (.scaling, .thorough): (100, 300)
    case (.trap, .quick): (2, 1)
    case (.trap, .standard): (10, 1)
    case (.trap, .thorough): (60, 1)
    case (.guest, .quick): (2, 5)
    case (.guest, .standard): (15, 15)
    case (.guest, .thorough): (150, 60)
    case (.settings, .quick): (20, 1)
    case (.settings, .standard): (120, 3)
    case (.settings, .thorough): (900, 15)
    case (.hotplug, .quick): (20, 1)
    case (.hotplug, .standard): (60, 2)
    case (.hotplug, .thorough): (600, 10)
    case (.leak, .quick): (10, 5)
    case (.leak, .standard): (60, 20)
    case (.leak, .thorough): (300, 100)
    case (.toggle, .quick): (10, 5)
    case (.toggle, .standard): (60, 20)
    case (.toggle, .thorough): (600, 200)
    case (.scope, .quick): (10, 1)
    case (.scope, .standard), (.scope, .thorough): (60, 1)
    }
  }
}

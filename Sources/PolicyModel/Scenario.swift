/// What is simulated: a host, who takes split locks on it, and what befalls it meanwhile.
///
/// Written as JSON; `docs/scenario.schema.json` describes the file, and `Scenario+Json.swift` reads it.
public struct Scenario: Sendable, Equatable {
  public var name: String
  public var summary: String
  public var seconds: Int
  public var host: Host
  public var actors: [Actor]
  public var events: [Event] = []
  /// The victim of `bystander.csv` whose slow-down is told; nil: the one that suffers most.
  public var bystander: String?
  /// What this file says of costs, in place of what was measured.
  public var costs = CostChanges()

  public struct Host: Sendable, Equatable {
    public var packages = 1
    public var coresPerPackage: Int
    /// Logical CPUs n·k to n·k + n - 1 are core k, and share its detection bit.
    public var threadsPerCore = 1
    /// Linux's CONFIG_HZ: sleeps and delayed work are counted in its jiffies.
    public var timerHz = 250
    public var detects: Set<Detector> = [.splitLock]

    public var cores: Int { packages * coresPerPackage }
    public var cpus: Int { cores * threadsPerCore }
  }

  /// Tasks, virtual CPUs and drivers.
  var runners: Int { actors.reduce(0) { $0 + $1.count * $1.vcpus } }

  /// Replicates whose sums fit into 64 bits for sure: a `Tally` counts ns of each runner, and what takes one at least.
  public var replicateLimit: Int { Int.max / (max(1, runners) * seconds * 1_000_000_000) }

  /// Of each guest, as the counters of a `Tally` stand.
  public var guestNames: [String] {
    actors.filter { $0.kind == .guest }.flatMap { actor in
      actor.count == 1 ? [actor.name] : (1...actor.count).map { "\(actor.name) \($0)" }
    }
  }

  /// What the CPU can raise.
  public enum Detector: String, Sendable, CaseIterable {
    /// #AC before a split lock: bit 29 of MSR 0x33, one a core.
    case splitLock = "split-lock"
    /// #DB behind a bus lock of user space: bit 2 of DEBUGCTL.
    case busLock = "bus-lock"
  }

  /// Somebody who takes split locks, or a guest that merely has detection on.
  public struct Actor: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
      /// A task of user space.
      case task
      /// A virtual machine.
      case guest
      /// Code of Linux itself, such as a driver.
      case driver
    }

    public var name: String
    public var kind: Kind
    /// How many of them there are.
    public var count = 1
    /// Virtual CPUs of each guest.
    public var vcpus = 1
    /// Where they are put, one after another, and again from the first; nil: anywhere.
    public var cpus: [Int]?
    /// Split locks a second that each task, virtual CPU or driver takes while nothing delays it; nil: as many as it can, 0: none. What a
    /// trap, an exit or a wait takes comes on top.
    public var rateHz: Int?
    /// On average it works so long and rests so long; nil: it works all the time.
    public var phases: Phases?
    /// Moves to another CPU a second.
    public var migrationsHz = 0
    /// When it is there.
    public var fromMs = 0
    public var toMs: Int?
    /// Probability of being there at all, in millionths.
    public var chance = Fixed.million
    /// What a guest writes to its own detection bit; nil: it knows of none.
    public var detection: Bool?
    /// VM exits a second of each virtual CPU.
    public var exitsHz = 250

    public struct Phases: Sendable, Equatable {
      public var onMs: Int
      public var offMs: Int
    }
  }

  public struct Event: Sendable, Equatable {
    public var atMs: Int
    public var what: What

    public enum What: Sendable, Equatable {
      /// The administrator's knob.
      case detection(Bool)
      case offline(cpu: Int)
      case online(cpu: Int)
      /// To memory and back.
      case suspend
    }
  }
}

/// A task, a virtual CPU or a driver while it runs.
struct Runner {
  let kind: Scenario.Actor.Kind
  /// Whose virtual CPU it is: an index of `ModelHost.guests`.
  let guest: Int?
  /// Between two split locks that it is after, in ns; nil: it takes none.
  let period: Int?
  let migrationsHz: Int
  let exitsHz: Int
  /// Of its moves.
  var random: Random
  /// nil: it works all the time.
  var phase: PhaseClock?

  var cpu: Int
  /// Where it belongs when all CPUs are online.
  var home: Int
  /// Whether it is there, in its phase of work, dead; and where a virtual CPU, in the guest.
  var isPresent = false
  var isOn = false
  var isDead = false
  var isOutside = false
  var wait = Wait.none
  var waitBegin = 0
  var onBegin = 0
  /// Time of its work so far, with what it waited in it.
  var worked = 0
  var nextCrossing = 0

  var passage = Passage.idle
  /// Its place on the bus, where its passage locks that.
  var busPace: Int?
  /// When the passage was last settled, by the clock that it goes by.
  var since = 0
  /// Of the time to its next split lock, how much is over.
  var progress = 0
  /// Whether #AC on the passage comes to a CPU that had taken detection off.
  var meetsSpurious = false
  /// Whether the split lock that it is at was trapped before.
  var isKnown = false
  /// Tells a planned operation from one planned before.
  var generation: UInt32 = 0

  enum Wait { case none, asleep, queued }

  var isInside: Bool { kind == .guest && isPresent && isOn && !isOutside }
  var isGone: Bool { isDead || !isPresent }
  var isRunning: Bool { !isGone && isOn && !isOutside && wait == .none }
}

/// What a runner's split locks meet until something changes.
enum Passage: Equatable {
  /// It takes none.
  case idle
  /// Nothing: they lock the bus.
  case free
  /// Each the same, so that they need only be counted.
  case each(Toll)
  /// #AC before the next one.
  case trap
  /// The policy is asked behind each one.
  case asked(Question)

  enum Toll: Equatable {
    /// #DB behind it, and a line in the log as often as Linux allows.
    case busLockTrap
    /// KVM performs it as a plain write and counts it.
    case emulation
  }

  enum Question: Equatable {
    /// #DB.
    case trap
    /// An exit to KVM.
    case exit
  }

  var stopsAtEach: Bool {
    switch self {
    case .trap, .asked: true
    case .idle, .free, .each: false
    }
  }
}

/// What Linux, or a proposal for it, does at each event that touches detection.
///
/// A policy keeps its own state, and changes the machine only through `ModelHost`. It starts with all detection off.
protocol ModelledPolicy {
  /// Brings detection up on every CPU.
  mutating func boot(_ host: inout ModelHost)
  /// What the split locks of a runner meet now.
  func passage(of runner: Int, _ host: ModelHost) -> Passage
  /// #AC: the next split lock of the runner was not performed; it comes again unless the policy ends or delays the runner.
  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost)
  /// A runner on a passage `.asked` performed a split lock.
  mutating func busLock(_ runner: Int, _ host: inout ModelHost)
  /// A sleep that the policy put a runner to is over.
  mutating func woke(_ runner: Int, _ host: inout ModelHost)
  /// Work that the policy scheduled on a CPU runs; where that CPU went offline, on another.
  mutating func work(for cpu: Int, on running: Int, _ host: inout ModelHost)
  /// A runner gets its CPU, or loses it.
  mutating func switchedIn(_ runner: Int, _ host: inout ModelHost)
  mutating func switchedOut(_ runner: Int, _ host: inout ModelHost)
  /// A virtual CPU enters its guest, or leaves it.
  mutating func entered(_ runner: Int, _ host: inout ModelHost)
  mutating func left(_ runner: Int, _ host: inout ModelHost)
  /// Whether those two matter, so that VM exits need to be simulated.
  var followsEntries: Bool { get }
  /// A CPU is about to go, or has come.
  mutating func goesOffline(_ cpu: Int, _ host: inout ModelHost)
  mutating func cameOnline(_ cpu: Int, _ host: inout ModelHost)
  /// The boot CPU is back from suspend; the others come online.
  mutating func bootCpuResumed(_ cpu: Int, _ host: inout ModelHost)
  /// The administrator switches detection at run time.
  mutating func knob(_ value: Bool, _ host: inout ModelHost)
  /// Whether KVM offers detection to a guest that starts now.
  func offersDetection(_ host: ModelHost) -> Bool
  /// Whether all cores' detection is meant to be on, so that one that is off tells something.
  var armsCores: Bool { get }
}

extension ModelledPolicy {
  func passage(of runner: Int, _ host: ModelHost) -> Passage {
    host.isArmed(host.runners[runner].cpu) ? .trap : .free
  }
  mutating func busLock(_ runner: Int, _ host: inout ModelHost) {}
  mutating func woke(_ runner: Int, _ host: inout ModelHost) { host.resume(runner) }
  mutating func work(for cpu: Int, on running: Int, _ host: inout ModelHost) {}
  mutating func switchedIn(_ runner: Int, _ host: inout ModelHost) {}
  mutating func switchedOut(_ runner: Int, _ host: inout ModelHost) {}
  mutating func entered(_ runner: Int, _ host: inout ModelHost) {}
  mutating func left(_ runner: Int, _ host: inout ModelHost) {}
  var followsEntries: Bool { false }
  mutating func goesOffline(_ cpu: Int, _ host: inout ModelHost) {}
  mutating func cameOnline(_ cpu: Int, _ host: inout ModelHost) { host.write(armsCores, cpu: cpu) }
  // Nothing in bus_lock.c does; whether the register survives is the firmware's affair.
  mutating func bootCpuResumed(_ cpu: Int, _ host: inout ModelHost) {}
  // Merged Linux has none: split_lock_detect= is read at boot.
  mutating func knob(_ value: Bool, _ host: inout ModelHost) {}
  // KVM offers bit 29 to no guest: the series that did so was not merged.
  func offersDetection(_ host: ModelHost) -> Bool { false }
  var armsCores: Bool { true }
  mutating func boot(_ host: inout ModelHost) {
    for cpu in host.onlineCpus { host.write(armsCores, cpu: cpu) }
  }
}

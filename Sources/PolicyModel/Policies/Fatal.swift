/// `split_lock_detect=fatal`, Linux 5.7 and later: arch/x86/kernel/cpu/intel.c (bus_lock.c since 6.12), handle_user_split_lock
/// and handle_guest_split_lock. A task meets SIGBUS, the monitor of a guest too.
struct Fatal: ModelledPolicy {
  private var signalLog = LogLimiter()
  private var hasToldOfGuest = false

  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {
    switch host.runners[runner].kind {
    case .task: host.sigbus(runner, &signalLog)
    case .driver: host.oops(runner)
    case .guest:
      // pr_warn_once
      if !hasToldOfGuest { host.tally.logLines += 1 }
      hasToldOfGuest = true
      host.killGuest(of: runner)
    }
  }
}

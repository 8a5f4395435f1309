/// `warn` and `fatal` where the CPU has bus lock detection alone, as AMD's Zen 5: Linux 6.12 (408eb7417a92), arch/x86/kernel/cpu/bus_lock.c,
/// handle_bus_lock. #DB comes behind the split lock of a task, and nothing delays it. Where the CPU has #AC as well, bus_lock_init leaves
/// split locks to that.
///
/// The document says "warn once per task"; the code warns each time, as often as printk allows.
struct BusLockWarn: ModelledPolicy {
  let isFatal: Bool
  /// Until 6.14 (433265870ab3, and in stable versions since) KVM on AMD ran guests with the host's DEBUGCTL: #DB in a guest that asked for
  /// none, of which a program there dies (bugzilla.kernel.org, 219787: EXCEPTION_SINGLE_STEP). The host does not see it.
  let reachesGuests: Bool

  var armsCores: Bool { false }
  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {}

  func passage(of runner: Int, _ host: ModelHost) -> Passage {
    guard host.shape.detects == [.busLock] else { return .free }
    return switch host.runners[runner].kind {
    case .task: isFatal ? .asked(.trap) : .each(.busLockTrap)
    case .guest: reachesGuests ? .asked(.trap) : .free
    // "#DB for bus lock can only be triggered from userspace."
    case .driver: .free
    }
  }

  mutating func busLock(_ runner: Int, _ host: inout ModelHost) {
    host.tally.busLockTraps += 1
    if host.runners[runner].kind == .guest {
      host.tally.sigbusInGuests += 1
    } else {
      // A bare force_sig_fault: the line of a signal is of do_trap, which #AC alone goes through.
      host.tally.sigbusTasks += 1
    }
    host.end(runner)
  }
}

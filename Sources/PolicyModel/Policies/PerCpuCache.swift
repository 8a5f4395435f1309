/// Patch series v9 of June 2019 (Fenghua Yu, "x86/split_lock: Enable split lock detection", 18 June 2019), which the mail argues about.
///
/// Each CPU caches what it wrote to the register. #AC in Linux itself takes detection off that CPU and goes on (09/17, split_lock_disable);
/// #AC in a task is SIGBUS. Of the administrator's knob there is one value for all CPUs (14/17, split_lock_detect_enabled), which #AC leaves
/// alone: to have detection again on a CPU that lost it by #AC he disables it first, or brings the CPU offline and back.
///
/// KVM loads a guest's value as it enters it, and the CPU's cached one as it leaves (11/17, atomic_switch_msr_test_ctl). The register is
/// the core's: what one sibling writes the other meets, whatever it has cached.
struct PerCpuCache: ModelledPolicy {
  typealias Entry = PolicyChoice.GuestEntry

  private let entry: Entry
  private let mayReenable: Bool
  private var isEnabled = true
  private var cache: [Bool] = []
  private var hasWarned = false
  private var signalLog = LogLimiter()

  init(_ entry: Entry, mayReenable: Bool) { (self.entry, self.mayReenable) = (entry, mayReenable) }

  var followsEntries: Bool { entry != .neverWrites }
  func offersDetection(_ host: ModelHost) -> Bool { true }

  mutating func boot(_ host: inout ModelHost) {
    cache = Array(repeating: true, count: host.shape.cpus)
    for cpu in host.onlineCpus { host.write(true, cpu: cpu) }
  }

  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {
    let cpu = host.runners[runner].cpu
    switch host.runners[runner].kind {
    case .task: host.sigbus(runner, &signalLog)
    case .driver:
      cache[cpu] = false
      host.write(false, cpu: cpu)
      // WARN_ONCE
      if !hasWarned { host.tally.logLines += 1 }
      hasWarned = true
    case .guest:
      // 11/17, guest_can_handle_ac: injected where the guest has detection on, else the monitor is told, and gives up.
      if host.guest(of: runner)?.detection == true {
        host.tally.sigbusInGuests += 1
        host.kill(runner)
        left(runner, &host)
      } else {
        host.tally.logLines += 1
        host.killGuest(of: runner)
        for inside in host.guest(of: runner)!.runners where host.runners[inside].isInside {
          left(inside, &host)
        }
      }
    }
  }

  /// The value that KVM loads for a guest; nil: it loads none.
  private func guestValue(_ runner: Int, _ host: ModelHost) -> Bool? {
    guard let value = host.guest(of: runner)?.detection else { return nil }
    return switch entry {
    case .loadsGuests: value
    case .asPosted: value && !cache[host.runners[runner].cpu] ? true : nil
    case .neverWrites: nil
    }
  }

  mutating func entered(_ runner: Int, _ host: inout ModelHost) {
    if let value = guestValue(runner, host) { host.write(value, cpu: host.runners[runner].cpu) }
  }

  mutating func left(_ runner: Int, _ host: inout ModelHost) {
    guard guestValue(runner, host) != nil else { return }
    let cpu = host.runners[runner].cpu
    host.write(cache[cpu], cpu: cpu)
  }

  /// 14/17, split_lock_detect_wr: what is so already is left alone; else all CPUs write, and a line says so.
  mutating func knob(_ value: Bool, _ host: inout ModelHost) {
    guard value != isEnabled, !value || mayReenable else { return }
    isEnabled = value
    for cpu in host.onlineCpus { cache[cpu] = value }
    host.writeEverywhere(value)
    host.tally.logLines += 1
    // The interrupt has each virtual CPU leave its guest, and enter it again.
    for runner in host.runners.indices where host.runners[runner].isInside && !host.runners[runner].isDead {
      entered(runner, &host)
    }
  }

  /// 12/17 and 14/17, split_lock_init: as the knob stands, whatever #AC took off that CPU.
  mutating func cameOnline(_ cpu: Int, _ host: inout ModelHost) {
    cache[cpu] = isEnabled
    host.write(isEnabled, cpu: cpu)
  }
  /// 14/17, split_lock_syscore_resume: the same.
  mutating func bootCpuResumed(_ cpu: Int, _ host: inout ModelHost) { cameOnline(cpu, &host) }
}

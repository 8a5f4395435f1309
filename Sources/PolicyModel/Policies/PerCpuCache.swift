/// Patch series v9 of June 2019 (Fenghua Yu, "x86/split_lock: Enable split lock detection", 18 June 2019), which the mail argues about.
///
/// Each CPU caches what it wrote to the register. #AC in the kernel takes detection off that CPU and goes on (09/17, split_lock_disable);
/// #AC in a task is SIGBUS. KVM loads a guest's value as it enters it, and the CPU's cached one as it leaves (11/17, atomic_switch_msr_test_ctl). The register is the
/// core's: what one sibling writes the other meets, whatever it has cached.
struct PerCpuCache: ModelledPolicy {
  typealias Entry = PolicyChoice.GuestEntry

  private let entry: Entry
  private let mayReenable: Bool
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
    let isMeantForGuest = host.guest(of: runner)?.detection == true
    if !cache[cpu], !isMeantForGuest { host.tally.spurious += 1 }
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
      if isMeantForGuest {
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

  /// 15/17: /sys/kernel/debug/x86/split_lock_detect writes every CPU's.
  mutating func knob(_ value: Bool, _ host: inout ModelHost) {
    guard !value || mayReenable else { return }
    for cpu in host.onlineCpus { cache[cpu] = value }
    host.writeEverywhere(value)
  }

  /// 09/17: "It will be re-enabled if the CPU is offline and then online".
  mutating func cameOnline(_ cpu: Int, _ host: inout ModelHost) {
    cache[cpu] = true
    host.write(true, cpu: cpu)
  }
  /// The series' cover letter: "Support resume from suspend/hibernation".
  mutating func bootCpuResumed(_ cpu: Int, _ host: inout ModelHost) { cameOnline(cpu, &host) }
}

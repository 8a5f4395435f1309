/// What Sean Christopherson and Thomas Gleixner agree on in the mail of 16 October 2019.
///
/// "Remove the per-cpu cache"; #AC in Linux itself sets "disabled by kernel" and takes detection off its own CPU, the others follow as they trap; or, at its end, a
/// "fire-and-forget IPI" takes it off all of them. The knob sends IPIs; resume and CPUs that come up leave detection off if it was disabled on any. KVM never writes the
/// register. #AC in a task is SIGBUS, as in v9.
struct DisabledByKernel: ModelledPolicy {
  struct Choices {
    var sendsIpi: Bool
    /// "Why only disable? What's wrong with reenabling it?"
    var mayReenable = true
    /// Of a guest without detection: the monitor is killed, as user space is. Else "handle silently", with a counter of the guest and a tracepoint. How the guest
    /// gets on then is not said: here KVM performs the access as a plain write, as its emulator does since 5.7 (9de6fe3c28d6).
    var killsGuests = false
  }

  private let choices: Choices
  private var isDisabledGlobally = false
  private var isDisabledByKernel = false
  private var hasWarnedOfOffer = false
  private var signalLog = LogLimiter()

  init(_ choices: Choices) { self.choices = choices }

  private var isDisabled: Bool { isDisabledGlobally || isDisabledByKernel }

  /// "KVM advertises split-lock detection to guest/userspace if and only if split_lock_detect_disabled is zero."
  func offersDetection(_ host: ModelHost) -> Bool { !isDisabled }

  func passage(of runner: Int, _ host: ModelHost) -> Passage {
    guard host.isArmed(host.runners[runner].cpu) else { return .free }
    guard let guest = host.guest(of: runner), !choices.killsGuests, !handlesItself(guest) else {
      return .trap
    }
    return .each(.emulation)
  }

  private func handlesItself(_ guest: ModelHost.Guest) -> Bool {
    guest.isOffered && guest.detection == true
  }

  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {
    switch host.runners[runner].kind {
    case .task: host.sigbus(runner, &signalLog)
    case .driver: disableByKernel(host.runners[runner].cpu, &host)
    case .guest:
      if handlesItself(host.guest(of: runner)!) {
        host.tally.sigbusInGuests += 1
        host.kill(runner)
      } else {
        host.killGuest(of: runner)
      }
    }
  }

  private mutating func disableByKernel(_ cpu: Int, _ host: inout ModelHost) {
    let isFirst = !isDisabledByKernel
    isDisabledByKernel = true
    if isFirst { host.tally.logLines += 1 }
    if choices.sendsIpi { host.writeEverywhere(false) } else { host.write(false, cpu: cpu) }
    warnOfOffer(&host)
  }

  /// "Add a pr_warn_once() in KVM that triggers if split locks are disabled after support has been advertised to a guest."
  private mutating func warnOfOffer(_ host: inout ModelHost) {
    guard !hasWarnedOfOffer, host.guests.contains(where: \.isOffered) else { return }
    hasWarnedOfOffer = true
    host.tally.logLines += 1
  }

  mutating func knob(_ value: Bool, _ host: inout ModelHost) {
    guard !value || choices.mayReenable else { return }
    isDisabledGlobally = !value
    if value { isDisabledByKernel = false }
    host.writeEverywhere(value)
    if !value { warnOfOffer(&host) }
  }

  /// "Modify the resume/init flow to clear MSR_TEST_CTRL.split_lock if it's been disabled on *any* CPU via #AC or via the knob."
  mutating func cameOnline(_ cpu: Int, _ host: inout ModelHost) { host.write(!isDisabled, cpu: cpu) }
  mutating func bootCpuResumed(_ cpu: Int, _ host: inout ModelHost) { cameOnline(cpu, &host) }
}

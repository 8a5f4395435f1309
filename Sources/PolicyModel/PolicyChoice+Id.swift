extension PolicyChoice {
  /// The id with the options that differ from the usual; of v9 always which of its kinds.
  public var id: String {
    func joined(_ words: String?...) -> String { words.compactMap(\.self).joined(separator: ":") }
    return switch self {
    case .off: "off"
    case .fatal: "fatal-5.7"
    case .warnOnce: "warn-5.7"
    case .warn(let warn, let mitigates): joined(warn.rawValue, mitigates ? nil : "mitigate=0")
    case .ratelimit(let limit): "ratelimit-5.14:\(limit)"
    case .busLock(let version, let isFatal): "bus-lock-\(isFatal ? "fatal" : "warn")-\(version.rawValue)"
    case .kvmBusLockExit(let limit): "kvm-bus-lock-exit:\(limit)"
    case .v9(let entry, let mayReenable):
      joined("v9-per-cpu-cache", entry.rawValue, mayReenable ? nil : "no-reenable")
    case .oct2019(let sendsIpi, let mayReenable, let killsGuests):
      joined(
        sendsIpi ? "oct2019-ipi" : "oct2019-disable-on-ac", mayReenable ? nil : "no-reenable",
        killsGuests ? "kill" : nil)
    }
  }

  /// From an id with any of its options; nil where there is no such policy.
  public init?(id: String) {
    var words = id.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let name = words.removeFirst()
    func take(_ option: String) -> Bool {
      guard let index = words.firstIndex(of: option) else { return false }
      words.remove(at: index)
      return true
    }
    func number(in range: ClosedRange<Int>) -> Int? {
      guard let word = words.first, let number = Int(word), range.contains(number), "\(number)" == word
      else { return nil }
      words.removeFirst()
      return number
    }
    /// `mitigate=1`, `mitigate=0` or nothing; with both, one is left over.
    func mitigates() -> Bool { take("mitigate=1") || !take("mitigate=0") }
    let choice: PolicyChoice? =
      switch name {
      case "off": .off
      case "fatal-5.7": .fatal
      case "warn-5.7": .warnOnce
      case "warn-5.19": .warn(.misery, mitigates: true)
      case "warn-6.2": .warn(take("per-cpu") ? .sysctlPerCpu : .sysctl, mitigates: mitigates())
      case "warn-6.15": .warn(.perCpu, mitigates: mitigates())
      case "ratelimit-5.14": number(in: PolicyChoice.limits).map { .ratelimit($0) }
      case "bus-lock-warn-6.12": .busLock(.first, isFatal: false)
      case "bus-lock-fatal-6.12": .busLock(.first, isFatal: true)
      case "bus-lock-warn-6.14": .busLock(.guestsSpared, isFatal: false)
      case "bus-lock-fatal-6.14": .busLock(.guestsSpared, isFatal: true)
      case "kvm-bus-lock-exit": number(in: PolicyChoice.limits).map { .kvmBusLockExit($0) }
      case "v9-per-cpu-cache":
        .v9(
          GuestEntry.allCases.first { take($0.rawValue) } ?? .asPosted, mayReenable: !take("no-reenable"))
      case "oct2019-disable-on-ac", "oct2019-ipi":
        .oct2019(
          sendsIpi: name == "oct2019-ipi", mayReenable: !take("no-reenable"), killsGuests: take("kill"))
      default: nil
      }
    guard let choice, words.isEmpty else { return nil }
    self = choice
  }

  /// Every policy, how its options are written, and what it does.
  public static let catalogue: [(grammar: String, meaning: String)] = [
    ("off", "nothing is detected"),
    ("fatal-5.7", "#AC: SIGBUS to tasks, guests die, an oops where Linux itself split-locks"),
    ("warn-5.7", "#AC once a task, which then runs without detection"),
    ("warn-5.19", "#AC: 10 ms of sleep, one core at a time without detection for two jiffies"),
    (
      "warn-6.2[:mitigate=0][:per-cpu]",
      "the same; mitigate=0: neither sleep nor one at a time; per-cpu: with 6.15's fix, as in later stable versions"
    ),
    ("warn-6.15[:mitigate=0]", "the same, each CPU re-enabling its own core; sleeps are a jiffy shorter"),
    ("ratelimit-5.14:N", "#DB: N bus locks of tasks a second on the host, 1 to 1000"),
    ("bus-lock-warn-6.12", "#DB alone, as on AMD's Zen 5: a line in the log; #DB gets into guests, too"),
    ("bus-lock-fatal-6.12", "#DB alone: SIGBUS behind the split lock; #DB gets into guests, too"),
    ("bus-lock-warn-6.14", "#DB alone: a line in the log; guests are spared"),
    ("bus-lock-fatal-6.14", "#DB alone: SIGBUS behind the split lock; guests are spared"),
    ("kvm-bus-lock-exit:N", "VM exit at each bus lock of a guest, QEMU's limit of N a second, 1 to 1000"),
    (
      "v9-per-cpu-cache[:as-posted|:loads-guests|:never-writes][:no-reenable]",
      "patch series v9 of 2019: each CPU disables its own; KVM loads the guest's value as patch 11/17 has it, as the mail has it, or not at all"
    ),
    (
      "oct2019-disable-on-ac[:no-reenable][:kill]",
      "mail of October 2019: the first #AC of Linux itself disables, other CPUs follow as they trap"
    ),
    ("oct2019-ipi[:no-reenable][:kill]", "the same, all CPUs at once"),
  ]
}

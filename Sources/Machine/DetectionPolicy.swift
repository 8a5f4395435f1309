/// What Linux does about split locks, concluded from evidence that is kept beside the conclusion.
public struct DetectionPolicy: Codable, Sendable, Equatable {
  public var mode: Mode
  /// How many bus locks a second `ratelimit` allows.
  public var rateLimit: Int?
  /// `kernel.split_lock_mitigate`: whether warn mode also delays; nil where there is no such sysctl.
  public var mitigates: Bool?
  /// Linux traps split locks with #AC (cpuinfo flag `split_lock_detect`).
  public var trapsWithAC: Bool
  /// Linux traps bus locks with #DB (cpuinfo flag `bus_lock_detect`).
  public var trapsWithDB: Bool
  public var evidence: [Evidence]

  /// Spelt so that a reader of `traps_with_ac` finds the way back.
  private enum CodingKeys: String, CodingKey {
    case mode, rateLimit, mitigates, evidence
    case trapsWithAC = "trapsWithAc"
    case trapsWithDB = "trapsWithDb"
  }

  public enum Mode: String, Codable, Sendable {
    case off, warn, fatal, ratelimit
    /// The CPU, or the hypervisor, offers Linux no detection.
    case unsupported
    /// What would tell could not be read.
    case unknown
  }

  public struct Evidence: Codable, Sendable, Equatable {
    public var source: String
    public var finding: String
    public init(source: String, finding: String) {
      self.source = source
      self.finding = finding
    }
  }

  /// Whether this policy may put a program to sleep at a split lock: warn with mitigation through #AC
  /// (arch/x86/kernel/cpu/bus_lock.c, split_lock_warn), or a rate limit through #DB (handle_bus_lock).
  public var mayDelay: Bool {
    switch mode {
    case .warn: trapsWithAC && mitigates != false
    case .ratelimit: trapsWithDB
    case .unknown: true
    case .off, .fatal, .unsupported: false
    }
  }

  /// Whether it warns of a split lock in the log alone: without delay or signal, a line left out hides it.
  public var isQuiet: Bool { mode == .warn && !mayDelay && !leavesAlone }

  /// Whether a plain split lock may be answered by SIGBUS.
  public var mayKill: Bool { mode == .fatal || mode == .unknown }

  /// Whether split locks run natively: no trap of any kind is to be expected.
  public var leavesAlone: Bool {
    switch mode {
    case .off, .unsupported: true
    case .ratelimit: !trapsWithDB
    case .warn: !trapsWithAC && !trapsWithDB
    case .fatal, .unknown: false
    }
  }

  /// All that equal machines have in common of it, such as `ratelimit:100`, or `warn` and `not mitigated`.
  var parts: [String] {
    var parts = [mode.rawValue + (rateLimit.map { ":\($0)" } ?? "")]
    // The sysctl is there whether or not it changes anything: it is for traps with #AC.
    if let mitigates, mode == .unknown || (mode == .warn && trapsWithAC) {
      parts.append(mitigates ? "mitigated" : "not mitigated")
    }
    if leavesAlone, mode != .off, mode != .unsupported { parts.append("leaves alone") }
    return parts
  }

  /// The same, for people.
  public var inWords: String { parts.joined(separator: ", ") }

  /// Concludes from the files of a machine, its log and what its processor offers.
  ///
  /// - Parameter log: lines of Linux's log about detection, or why there are none to read.
  public init(
    files: FileTree, processor: ProcessorIdentity, log: Result<[String], Unreadable>
  ) {
    var evidence: [Evidence] = []
    func note(_ source: String, _ finding: String) {
      evidence.append(Evidence(source: source, finding: finding))
    }

    let info = CpuInfo(files: files)
    trapsWithAC = info?.flags.contains("split_lock_detect") ?? false
    trapsWithDB = info?.flags.contains("bus_lock_detect") ?? false
    if info == nil {
      note("/proc/cpuinfo", "unreadable: whether Linux supports detection is unknown")
    } else {
      note(
        "/proc/cpuinfo",
        "split_lock_detect \(trapsWithAC ? "present" : "absent"),"
          + " bus_lock_detect \(trapsWithDB ? "present" : "absent")")
    }
    note(
      "CPUID",
      "core capabilities MSR \(processor.hasCoreCapabilities ? "enumerated" : "not enumerated"),"
        + " bus lock detection \(processor.hasBusLockDetect ? "enumerated" : "not enumerated")")
    if let hypervisor = processor.hypervisor {
      note(
        "CPUID hypervisor bit",
        "guest of \(hypervisor): Linux never uses #AC detection in a guest, the host still may")
    }

    let parameter: BootParameter?
    if let line = files.value("/proc/cmdline") {
      parameter = BootParameter(commandLine: line)
      note("/proc/cmdline", parameter.map { "split_lock_detect=\($0.text)" } ?? "no split_lock_detect=")
    } else {
      parameter = nil
      note("/proc/cmdline", "unreadable")
    }

    mitigates = SplitLockMitigate.isOn(files)
    note(
      SplitLockMitigate.path,
      mitigates.map { "\($0 ? 1 : 0) (present on every Linux since 6.2, supported or not)" } ?? "absent")

    let said: BootParameter?
    switch log {
    case .success(let lines):
      said = lines.lazy.compactMap(BootParameter.init(logLine:)).first
      let atBoot = lines.filter { DetectionReport($0) == nil }
      let reports = lines.count - atBoot.count
      let words = atBoot + (reports == 0 ? [] : ["\(reports) reports of tasks"])
      note("Linux's log", words.isEmpty ? "no line about detection" : words.joined(separator: " | "))
    case .failure(let error):
      said = nil
      note("Linux's log", error.description)
    }

    (mode, rateLimit) = DetectionPolicy.conclude(
      known: info != nil, supported: trapsWithAC || trapsWithDB, parameter: parameter, said: said)
    if let said, let parameter, said.mode != parameter.mode {
      note(
        DetectionPolicy.contradiction,
        "boot parameter says \(parameter.text), the log says \(said.text); the log is believed")
    }
    if mode == .off, trapsWithAC {
      note(DetectionPolicy.contradiction, "the flag split_lock_detect stays set with split_lock_detect=off")
    }
    if mode == .ratelimit, !trapsWithDB {
      note(
        DetectionPolicy.contradiction,
        "ratelimit works through #DB only, which is absent: nothing is detected")
    }
    self.evidence = evidence
  }

  private static func conclude(
    known: Bool, supported: Bool, parameter: BootParameter?, said: BootParameter?
  ) -> (Mode, Int?) {
    guard known else { return (.unknown, nil) }
    guard supported else { return (.unsupported, nil) }
    if let said { return (said.mode, said.rateLimit ?? parameter?.rateLimit) }
    // sld_state_setup: warn unless a parameter that Linux can parse says otherwise.
    return (parameter?.mode ?? .warn, parameter?.rateLimit)
  }

  /// `split_lock_detect=` as Linux parses it, or what Linux logged about it.
  struct BootParameter: Equatable {
    var text: String
    var mode: Mode
    var rateLimit: Int?

    init?(commandLine: String) {
      let prefix = "split_lock_detect="
      guard
        let word = commandLine.split(whereSeparator: \.isWhitespace).last(where: {
          $0.hasPrefix(prefix)
        })
      else { return nil }
      text = String(word.dropFirst(prefix.count))
      switch text {
      case "off": mode = .off
      case "fatal": mode = .fatal
      default:
        mode = .warn
        guard text.hasPrefix("ratelimit:") else { break }
        let rest = text.dropFirst(10)
        // As match_option reads it: sscanf takes the digits in front, and the bare word sets no limit.
        if let limit = Int(rest.prefix { $0.isASCII && $0.isNumber }), (1...1000).contains(limit) {
          mode = .ratelimit
          rateLimit = limit
        } else if rest.isEmpty {
          mode = .ratelimit
        }
      }
    }

    /// The lines that sld_state_show prints at boot.
    init?(logLine: String) {
      text = logLine
      if let range = logLine.firstRange(ofText: "bus lock rate limit to ") {
        mode = .ratelimit
        rateLimit = Int(logLine[range.upperBound...].prefix { $0.isNumber })
      } else if logLine.contains("on user-space split_locks")
        || logLine.contains("on user-space bus_locks")
      {
        mode = logLine.contains("sending SIGBUS") ? .fatal : .warn
      } else {
        // "MSR access failed: Disabled" gives up #AC only: #DB may take its place, and says so in a line of its own.
        return nil
      }
    }
  }
}

extension String {
  /// Where `needle` first occurs.
  func firstRange(ofText needle: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(needle) {
        return start..<index(start, offsetBy: needle.count)
      }
      start = index(after: start)
    }
    return nil
  }
}

/// What one CPU did to a program that split-locked.
public struct SplitLockAnswer: Sendable, Hashable {
  /// What was recognised behind it; nil where nothing was.
  public var exception: DetectionReport.Exception?
  public var isSignalled: Bool
  public var isDelayed: Bool

  public init(exception: DetectionReport.Exception? = nil, isSignalled: Bool = false, isDelayed: Bool = false)
  {
    self.exception = exception
    self.isSignalled = isSignalled
    self.isDelayed = isDelayed
  }

  public var isNothing: Bool { self == SplitLockAnswer() }

  public var inWords: String {
    if isNothing { return "nothing" }
    let met = [exception?.rawValue, isSignalled ? "SIGBUS" : nil, isDelayed ? "delayed" : nil].compactMap {
      $0
    }
    return met.joined(separator: ", ")
  }

  /// The mode of Linux that would answer so.
  var implied: DetectionPolicy.Mode? {
    if isSignalled { return .fatal }
    switch exception {
    case .ac: return .warn
    case .db: return isDelayed ? .ratelimit : .warn
    case nil: return nil
    }
  }
}

/// What hardware and behaviour say of a policy that was concluded from files.
extension DetectionPolicy {
  /// Adds what the registers say.
  public func weighed(against registers: [DetectionRegisters]) -> DetectionPolicy {
    var policy = self
    func cpus(where matches: (DetectionRegisters) -> Bool) -> [Int] { registers.filter(matches).map(\.cpu) }
    let registersKnown = registers.contains { $0.memoryControl != nil || $0.debugControl != nil }
    guard registersKnown else {
      policy.note("MSRs", "not readable: \(registers.first?.reason ?? "no CPU was asked")")
      return policy
    }
    let armed = cpus { $0.splitLockDetection == true }
    let disarmed = cpus { $0.splitLockDetection == false }
    for (state, list) in [("set", armed), ("clear", disarmed)] where !list.isEmpty {
      policy.note("MSR 0x33", "bit 29 (#AC on split locks) \(state) on CPUs \(CpuSelection.ranges(list))")
    }
    for (state, value) in [("set", true), ("clear", false)] {
      let list = cpus { $0.busLockDetection == value }
      guard !list.isEmpty else { continue }
      policy.note("MSR 0x1D9", "bit 2 (#DB on bus locks) \(state) on CPUs \(CpuSelection.ranges(list))")
    }
    if trapsWithAC, mode == .warn || mode == .fatal, !disarmed.isEmpty {
      policy.note(
        DetectionPolicy.contradiction,
        "\(mode.rawValue), but bit 29 of MSR 0x33 is clear on CPUs \(CpuSelection.ranges(disarmed))"
          + (mode == .warn ? ", as it is for two jiffies behind a split lock" : ""))
    }
    let unarmedDB = cpus { $0.busLockDetection == false }
    if believes(.debugControl) == true, !unarmedDB.isEmpty {
      policy.note(
        DetectionPolicy.contradiction,
        "Linux means to meet bus locks with #DB, but bit 2 of MSR 0x1D9 is clear on CPUs \(CpuSelection.ranges(unarmedDB))"
      )
    }
    if mode != .warn, mode != .fatal, !armed.isEmpty {
      policy.note(
        DetectionPolicy.contradiction,
        "\(mode.rawValue), but bit 29 of MSR 0x33 is set on CPUs \(CpuSelection.ranges(armed))")
    }
    return policy
  }

  /// Adds what split locks met, by CPU. Where the files told nothing, behaviour decides.
  ///
  /// - Parameter hypervisor: whose guest this is; it may answer where Linux does not.
  public func weighed(against seen: [Int: SplitLockAnswer], hypervisor: String?) -> DetectionPolicy {
    var policy = self
    let groups = Dictionary(grouping: seen.keys.sorted()) { seen[$0]! }
      .map { (answer: $0.key, cpus: $0.value) }.sorted { $0.cpus[0] < $1.cpus[0] }
    for (answer, cpus) in groups {
      let place = "on CPU\(cpus.count == 1 ? "" : "s") \(CpuSelection.ranges(cpus))"
      policy.note("behaviour", "a split lock \(place) met \(answer.inWords)")
      guard let doubt = contradiction(by: answer) else { continue }
      let other = hypervisor.map { "; the host of this guest (\($0)) may have its own policy" } ?? ""
      policy.note(DetectionPolicy.contradiction, "\(doubt) \(place)\(leavesAlone ? other : "")")
    }
    if mode == .unknown {
      let implied = groups.compactMap(\.answer.implied)
      policy.mode = [.fatal, .ratelimit, .warn].first(where: implied.contains) ?? .unknown
      if policy.mode != .unknown {
        policy.note("conclusion", "\(policy.mode.rawValue), from behaviour alone")
      }
    }
    return policy
  }

  /// What is wrong about an answer under this policy.
  private func contradiction(by answer: SplitLockAnswer) -> String? {
    let met = "a split lock met \(answer.inWords)"
    if mode == .unknown { return nil }
    if leavesAlone { return answer.isNothing ? nil : "\(mode.rawValue), but \(met)" }
    if mode == .fatal { return answer.isSignalled ? nil : "fatal, but \(met)" }
    if answer.isSignalled { return "\(mode.rawValue), but \(met)" }
    // Without the sysctl Linux may be too old to delay (before 5.19), or just too old to ask (before 6.2).
    if mode == .warn, mitigates == nil { return nil }
    if mode == .warn, trapsWithDB, !trapsWithAC {
      return answer.isDelayed || answer.exception == .ac ? "warn by #DB does not delay, but \(met)" : nil
    }
    if mode == .warn, answer.isDelayed != mayDelay {
      return mayDelay
        ? "warn with split_lock_mitigate delays, but \(met)" : "this warn mode does not delay, but \(met)"
    }
    return nil
  }

  mutating func note(_ source: String, _ finding: String) {
    evidence.append(Evidence(source: source, finding: finding))
  }

  static let contradiction = "contradiction"

  /// What in the evidence does not fit together.
  public var contradictions: [String] {
    evidence.filter { $0.source == DetectionPolicy.contradiction }.map(\.finding)
  }
}

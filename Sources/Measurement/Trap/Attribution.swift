import Machine

/// Who makes a split lock dear: what the evidence says, and how far it goes.
public struct Attribution: Sendable, Codable, Equatable {
  public enum Cause: String, Sendable, Codable {
    case silicon
    case linux
    case hypervisor
    /// Firmware took the CPU away (system management interrupts).
    case smi
    /// The timing costs as much as what it times.
    case timer
    case unknown
  }

  public enum Confidence: String, Sendable, Codable { case high, medium, low }

  public var cause: Cause
  public var confidence: Confidence
  public var evidence: [String]
}

extension Attribution {
  /// What is known of one split cell and its machine; times in ns.
  struct Case: Sendable {
    /// The same operation aligned, and split.
    var aligned: Double?
    var median: Double
    var p90: Double?
    var issued: Int
    var trapped = 0
    /// Operations over 5 ms.
    var delayed = 0
    /// Whether that is more than a busy host does to anything.
    var isDelayed = false
    var kind: TrapAnswer.Kind = .silent
    var policy: DetectionPolicy
    var hypervisor: String?
    /// What leaving this guest and coming back costs: a CPUID, which every hypervisor intercepts.
    var exit: Double?
    /// Reading the timer, and its step.
    var timer: Double
    var smis: Int?
    var isBalanced = true
  }

  /// A cost that is not ten times the aligned one needs no explanation.
  private static let dear = 10.0
  /// The dearest native split lock published takes 7 us (Chips and Cheese, 8 April 2026); rare ones more.
  private static let dearestSilicon = 20_000.0

  /// Nil where the split cost is not far above the aligned one.
  static func judge(_ of: Case) -> Attribution? {
    if of.trapped > 0 || of.isDelayed { return ofDetection(of) }
    guard let aligned = of.aligned, of.median > dear * aligned || of.timer > of.median / 4 else { return nil }
    let ratio = "at least \(Decimal.significant(of.median / aligned, 2)) times the aligned cost"
    if of.timer > of.median / 4 {
      return Attribution(
        cause: .timer, confidence: .medium,
        evidence: [
          "reading the timer takes \(Decimal.significant(of.timer, 3)) ns of \(Decimal.significant(of.median, 3))"
        ])
    }
    if let smis = of.smis, smis * 2 > of.issued {
      return Attribution(
        cause: .smi, confidence: .high, evidence: [ratio, "\(smis) SMIs in \(of.issued) operations"])
    }
    var evidence = [
      ratio,
      "no signal and \(of.delayed == 0 ? "no" : "\(of.delayed) rare") delay in \(of.issued) operations",
    ]
    guard of.isBalanced else {
      return Attribution(
        cause: .unknown, confidence: .low, evidence: evidence + ["the ledger does not balance"])
    }
    if of.kind != .silent {
      return Attribution(
        cause: .linux, confidence: .medium,
        evidence: [ratio, "\(of.kind.rawValue) was seen, so its handler's time is in it"])
    }
    guard of.policy.leavesAlone else {
      return Attribution(
        cause: .unknown, confidence: .low,
        evidence: evidence + ["Linux's policy, \(of.policy.mode.rawValue), may trap without showing it"])
    }
    evidence.append("Linux's policy, \(of.policy.mode.rawValue), leaves split locks alone")
    if let p90 = of.p90 {
      let isTight = p90 < 2 * of.median
      evidence.append(
        "\(isTight ? "one" : "more than one") mode: p90 is \(Decimal.significant(p90 / of.median, 2)) times the median"
      )
    }
    if of.median > dearestSilicon {
      return Attribution(
        cause: of.hypervisor == nil ? .unknown : .hypervisor, confidence: .low,
        evidence: evidence + ["dearer than any native split lock that was published"])
    }
    guard let hypervisor = of.hypervisor else {
      return Attribution(
        cause: .silicon, confidence: .high, evidence: evidence + ["no hypervisor shows itself"])
    }
    guard let exit = of.exit else {
      return Attribution(
        cause: .silicon, confidence: .low,
        evidence: evidence + ["\(hypervisor) may intercept each, which cannot be told"])
    }
    let cost = "an exit to \(hypervisor) costs \(Decimal.significant(exit, 3)) ns"
    return of.median < exit * 0.8
      ? Attribution(
        cause: .silicon, confidence: .high,
        evidence: evidence + [cost + ", more than the operation: none is in it"])
      : Attribution(
        cause: .silicon, confidence: .medium, evidence: evidence + [cost + ", so one may be in it"])
  }

  /// Where operations were trapped or put to sleep.
  private static func ofDetection(_ of: Case) -> Attribution {
    var evidence: [String] = []
    if of.trapped > 0 { evidence.append("\(of.trapped) of \(of.issued) met SIGBUS (\(of.kind.rawValue))") }
    if of.delayed > 0 { evidence.append("\(of.delayed) of \(of.issued) took over 5 ms") }
    if let smis = of.smis, smis >= of.delayed, smis > 0, of.trapped == 0,
      of.kind == .silent || of.kind == .unknown
    {
      return Attribution(cause: .smi, confidence: .medium, evidence: evidence + ["\(smis) SMIs meanwhile"])
    }
    if of.trapped > 0 || (of.kind != .silent && of.kind != .unknown) {
      let fits = !of.policy.leavesAlone && of.policy.mode != .unknown
      let policy = "Linux's policy is \(of.policy.mode.rawValue)"
      return Attribution(cause: .linux, confidence: fits ? .high : .medium, evidence: evidence + [policy])
    }
    let quiet = evidence + ["neither Linux's log nor its policy, \(of.policy.mode.rawValue), explains it"]
    guard let hypervisor = of.hypervisor else {
      return Attribution(cause: .unknown, confidence: .low, evidence: quiet)
    }
    return Attribution(
      cause: .hypervisor, confidence: .medium,
      evidence: quiet + ["a guest of \(hypervisor), whose host may delay it"])
  }
}

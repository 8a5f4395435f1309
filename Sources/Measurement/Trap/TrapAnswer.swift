import Machine

/// What answered an operation, and what that is concluded from.
public struct TrapAnswer: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Nothing was seen of it.
    case silent
    case ac = "#AC"
    case db = "#DB"
    /// #AC for EFLAGS.AC, which is no split-lock detection.
    case eflagsAC = "EFLAGS.AC"
    /// Something that fits none of these.
    case unknown
  }

  public var kind: Kind
  /// Findings, the weightiest first.
  public var evidence: [String]
}

extension TrapRecord {
  /// Concludes from what the traps showed, from Linux's log, from delays and the policy; for a child, which shows nothing, from
  /// the same operation `inProcess`.
  ///
  /// #AC is a fault, at the instruction, which is not performed; #DB is a trap, behind it, after it was (SDM vol. 3A, 6.5).
  /// Linux leaves trap number and error code unset for the latter (arch/x86/kernel/cpu/bus_lock.c, handle_bus_lock).
  ///
  /// - Parameter isArmed: whether bit 29 of the CPU's MSR 0x33 was read set.
  func answer(
    _ policy: DetectionPolicy, isArmed: Bool = false, inProcess: TrapRecord? = nil
  ) -> TrapAnswer {
    if let first { return TrapAnswer(kind: kind(first), evidence: [first.inWords]) }
    var evidence: [String] = []
    if killed > 0 { evidence.append("killed by signal \(signal ?? 0)") }
    if !delays.isEmpty { evidence.append("\(delays.count) delayed beyond \(Int(DoseRamp.delay * 1000)) ms") }
    if killed > 0, cell.mustTrap {
      return TrapAnswer(kind: .eflagsAC, evidence: evidence + ["EFLAGS.AC was set"])
    }
    if let report = reports?.first(where: { $0.exception == .ac }) ?? reports?.first {
      let logged =
        "Linux logged \(report.exception.rawValue) of this task, address 0x\(String(report.address, radix: 16))"
      // Where both are armed an operation meets #AC, sleeps, runs again and meets #DB; either line may be left out.
      if report.exception == .db, sleeps > 0, policy.mode != .ratelimit {
        return TrapAnswer(
          kind: .ac, evidence: evidence + ["the task slept, as it does at #AC only", "beside it \(logged)"])
      }
      return TrapAnswer(kind: report.exception == .ac ? .ac : .db, evidence: [logged] + evidence)
    }
    if killed > 0 {
      let other = inProcess?.answer(policy)
      guard let other, inProcess?.trapped ?? 0 > 0 else {
        return TrapAnswer(kind: .unknown, evidence: evidence)
      }
      return TrapAnswer(
        kind: other.kind, evidence: evidence + ["in-process: \(other.evidence.joined(separator: ", "))"])
    }
    if isDelayed {
      if isArmed, cell.takesBusLock {
        return TrapAnswer(kind: .ac, evidence: evidence + ["bit 29 of this CPU's MSR 0x33 was set"])
      }
      guard policy.mayDelay, policy.mode != .unknown, cell.takesBusLock else {
        return TrapAnswer(kind: .unknown, evidence: evidence)
      }
      return TrapAnswer(
        kind: policy.mode == .warn ? .ac : .db,
        evidence: evidence + ["Linux's policy, \(policy.mode.rawValue), delays"])
    }
    if cell.takesBusLock, policy.isQuiet {
      return TrapAnswer(
        kind: .unknown,
        evidence: [
          "no signal, no delay, no line; but Linux logs ten lines in five seconds, and warns in no other way here"
        ])
    }
    return TrapAnswer(
      kind: .silent,
      evidence: [
        reports == nil ? "no signal, no delay; the log cannot be read" : "no signal, no delay, no log line"
      ])
  }

  private func kind(_ signs: TrapSigns) -> TrapAnswer.Kind {
    if signs.isAfter { return performed == issued ? .db : .unknown }
    guard signs.trapNumber == TrapRecord.alignmentCheckException else { return .unknown }
    return signs.hadAlignmentCheck ? .eflagsAC : .ac
  }

  private static let alignmentCheckException = 17
}

extension TrapSigns {
  var inWords: String {
    "SIGBUS, si_code \(code), trap \(trapNumber), RIP \(isAfter ? "behind" : "at") the instruction, EFLAGS.AC"
      + " \(hadAlignmentCheck ? "set" : "clear")"
  }
}

import Guest

/// What becomes of a guest that split-locks.
public enum GuestAnswer: String, Sendable, Codable {
  /// The operations are performed, and nothing is met.
  case silent
  /// Linux puts the vCPU's thread to sleep (split_lock_warn through handle_guest_split_lock).
  case delayed
  /// So long, and the thread did not sleep: what is below this Linux delays it, such as the host of a nested KVM in warn.
  case heldUp = "held up, not by this Linux"
  /// Nothing but a line in the log of the host's Linux: warn mode with split_lock_mitigate 0, which logs the first of a task.
  case logged = "logged by the host"
  /// The host would do so, and its log has no line: Linux writes ten in five seconds.
  case unknown = "not known: the host may log it"
  /// #AC or #DB in the guest itself.
  case alignmentCheck = "#AC in the guest"
  case debugTrap = "#DB in the guest"
  /// #AC as a KVM_EXIT_EXCEPTION.
  case given = "given to the VMM"
  /// Its process gets SIGBUS.
  case sigbus = "SIGBUS to the VMM"
  case hung
  /// Another exception or exit, or operations that are not in the guest's memory.
  case other

  /// - Parameters:
  ///   - reports: of single split locks, one behind the other, none in the open window of another.
  ///   - log: what the log of the host's Linux says of them.
  ///   - delay: from which on one was held up, in seconds.
  init(_ reports: [GuestReport], log: HostLog = .none, delay: Double = DoseRamp.delay) {
    for report in reports {
      switch report.trip.end {
      case .deadline:
        self = .hung
        return
      case .stopped(.exception(vector: 17, _)):
        self = .given
        return
      case .stopped:
        self = .other
        return
      case .ready: break
      }
      guard let fault = report.fault else { continue }
      self = fault.vector == 17 ? .alignmentCheck : fault.isBusLock ? .debugTrap : .other
      return
    }
    guard GuestAnswer.performed(reports) == reports.count else {
      self = .other
      return
    }
    let long = reports.filter { Double($0.trip.nanoseconds) > delay * 1e9 }
    // One may be a busy host's.
    let isHeldUp = long.count * 2 > reports.count
    self =
      long.contains(where: \.trip.slept)
      ? .delayed : isHeldUp ? .heldUp : log == .told ? .logged : log == .silent ? .unknown : .silent
  }

  private static func performed(_ reports: [GuestReport]) -> UInt64 { reports.reduce(0) { $0 + $1.counted } }

  /// As `guest.csv` has it: of `other`, with what it was.
  func inWords(_ reports: [GuestReport]) -> String {
    guard self == .other else { return rawValue }
    let what =
      reports.last?.obstacle ?? "\(GuestAnswer.performed(reports)) of \(reports.count) operations performed"
    return "\(rawValue): \(what)"
  }

  /// Nil of what is no answer.
  init?(inWords text: String) {
    let kind = text.prefix { $0 != ":" }
    guard let answer = GuestAnswer(rawValue: text) ?? (kind == GuestAnswer.other.rawValue ? .other : nil)
    else {
      return nil
    }
    self = answer
  }

  enum HostLog {
    /// Nothing is to be expected there.
    case none
    /// It has a line with the address of the guest's instruction.
    case told
    /// It has none, though Linux may answer by such a line alone.
    case silent
  }

  /// Of a child that may not have come to tell.
  ///
  /// - Parameter told: what it told; nil if it did not.
  init?(told: GuestAnswer?, end: GuestEnd) {
    switch end {
    // SIGBUS of bus.h, 7 on x86.
    case .signalled(7): self = .sigbus
    case .hung, .unkillable: self = .hung
    case .exited(0): if let told { self = told } else { return nil }
    case .exited, .signalled, .interrupted: return nil
    }
  }

  /// Whether split locks run on in a guest at what they cost.
  var leavesAlone: Bool { self == .silent }

  /// Whether each takes long, but in the open window of another.
  var takesLong: Bool { self == .delayed || self == .heldUp }
}

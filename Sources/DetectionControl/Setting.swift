import Machine

/// A state of detection that a run can put the machine into: `as-found`, or changes to it joined by `+`.
public struct Setting: Sendable, Hashable {
  public enum Change: String, Sendable, CaseIterable {
    case sldOn = "sld-on"
    case sldOff = "sld-off"
    case sldOnOwnCore = "sld-on-own-core"
    case sldOnSibling = "sld-on-sibling"
    case sldOnOtherCore = "sld-on-other-core"
    case bldOn = "bld-on"
    case bldOff = "bld-off"
    case mitigateOn = "mitigate-on"
    case mitigateOff = "mitigate-off"

    public var summary: String {
      switch self {
      case .sldOn: "#AC on split locks switched on, on every CPU"
      case .sldOff: "#AC on split locks switched off, on every CPU"
      case .sldOnOwnCore: "#AC on split locks on the measuring CPU only"
      case .sldOnSibling: "#AC on split locks on its SMT sibling only"
      case .sldOnOtherCore: "#AC on split locks on another core only"
      case .bldOn: "#DB on bus locks switched on, on every CPU"
      case .bldOff: "#DB on bus locks switched off, on every CPU"
      case .mitigateOn: "kernel.split_lock_mitigate 1: warn mode delays"
      case .mitigateOff: "kernel.split_lock_mitigate 0: warn mode does not delay"
      }
    }

    /// What it is a change of: two of one kind exclude each other.
    var subject: Subject {
      switch self {
      case .sldOn, .sldOff, .sldOnOwnCore, .sldOnSibling, .sldOnOtherCore: .splitLock
      case .bldOn, .bldOff: .busLock
      case .mitigateOn, .mitigateOff: .mitigation
      }
    }

    /// Whether it switches #AC on somewhere.
    public var arms: Bool { subject == .splitLock && self != .sldOff }
  }

  enum Subject: Sendable, Hashable { case splitLock, busLock, mitigation }

  public let changes: [Change]

  public static let asFound = Setting(changes: [])

  private init(changes: [Change]) { self.changes = changes }

  /// Nil if a word is none, or two exclude each other.
  public init?(_ id: String) {
    guard id != Setting.asFound.id else {
      self = .asFound
      return
    }
    var changes: [Change] = []
    for word in id.split(separator: "+", omittingEmptySubsequences: false) {
      guard let change = Change(rawValue: String(word)) else { return nil }
      changes.append(change)
    }
    guard !changes.isEmpty, Set(changes.map(\.subject)).count == changes.count else { return nil }
    self.changes = changes
  }

  public var id: String { changes.isEmpty ? "as-found" : changes.map(\.rawValue).joined(separator: "+") }

  /// The detection bits that it changes, with whether it switches #AC on.
  public var bits: [DetectionBit.Kind: Bool] {
    var found: [DetectionBit.Kind: Bool] = [:]
    for change in changes {
      switch change.subject {
      case .splitLock: found[.splitLock] = change.arms
      case .busLock: found[.busLock] = change == .bldOn
      case .mitigation: break
      }
    }
    return found
  }

  /// Whether it changes kernel.split_lock_mitigate.
  public var changesMitigation: Bool { changes.contains { $0.subject == .mitigation } }

  /// Why it cannot be had while `cpu` measures; nil where it can.
  public func obstacle(_ report: MachineReport, measuring cpu: LogicalCpu) -> String? {
    for change in changes {
      switch change.subject {
      case .splitLock where !DetectionControl.exists(.splitLock, report):
        return "this CPU has no #AC on split locks"
      case .busLock where !DetectionControl.exists(.busLock, report):
        return "this CPU has no #DB on bus locks"
      case .mitigation where report.policy.mitigates == nil:
        return "this Linux has no kernel.split_lock_mitigate"
      default: break
      }
      if Setting.target(of: change, measuring: cpu, in: report.topology)?.isEmpty == true {
        return change == .sldOnSibling ? "CPU \(cpu.id) has no SMT sibling" : "there is no other core"
      }
    }
    return nil
  }

  /// The CPUs that are to have the bit set; the others have it cleared. Nil of changes that concern none.
  static func target(of change: Change, measuring cpu: LogicalCpu, in topology: Topology) -> [Int]? {
    switch change {
    case .sldOn, .bldOn: topology.cpus.map(\.id)
    case .sldOnOwnCore: [cpu.id]
    case .sldOnSibling:
      topology.sibling(of: cpu.id).map { [$0] } ?? []
    case .sldOnOtherCore: topology.cpus.first { $0.core != cpu.core }.map { [$0.id] } ?? []
    case .sldOff, .bldOff, .mitigateOn, .mitigateOff: nil
    }
  }

  /// Every state that this machine can be put into: each change of #AC, of #DB and of the sysctl with each other.
  public static func all(_ report: MachineReport, measuring cpu: LogicalCpu) -> [Setting] {
    func options(_ subject: Subject) -> [[Change]] {
      [[]] + Change.allCases.filter { $0.subject == subject }.map { [$0] }
    }
    return options(.splitLock).flatMap { first in
      options(.busLock).flatMap { second in
        options(.mitigation).map { Setting(changes: first + second + $0) }
      }
    }.filter { $0.obstacle(report, measuring: cpu) == nil }
  }
}

extension DetectionControl {
  /// Puts the machine into a setting, from as it was found.
  ///
  /// - Precondition: `check` of its bits, and `begin`.
  /// - Returns: what did not take, in words; empty if the machine is in that setting.
  public func apply(_ setting: Setting, measuring cpu: LogicalCpu) -> [String] {
    var failures = reset()
    for change in setting.changes {
      switch change.subject {
      case .splitLock, .busLock:
        let kind: DetectionBit.Kind = change.subject == .splitLock ? .splitLock : .busLock
        let target = Setting.target(of: change, measuring: cpu, in: report.topology) ?? []
        let all = report.topology.cpus.map { DetectionBit(kind, cpu: $0.id) }
        // Cleared first everywhere: where siblings share the bit, the last write decides.
        let outcomes =
          set(all.filter { !target.contains($0.cpu) }, to: false)
          + set(all.filter { target.contains($0.cpu) }, to: true)
        failures += outcomes.filter { !$0.outcome.isEffective }.map {
          "\($0.bit.inWords): \($0.outcome.inWords)"
        }
      case .mitigation:
        let outcome = setMitigation(change == .mitigateOn)
        if !outcome.isEffective { failures.append("kernel.split_lock_mitigate: \(outcome.inWords)") }
      }
    }
    return failures
  }
}

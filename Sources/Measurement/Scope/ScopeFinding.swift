import DetectionControl
import Machine

/// Whom one register belongs to, by what followed it.
public struct ScopeFinding: Sendable, Codable, Equatable {
  public enum Scope: String, Sendable, Codable, CaseIterable {
    case perThread = "per-thread"
    case perCore = "per-core"
    case perPackage = "per-package"
    case wholeMachine = "whole-machine"
    /// Some CPUs say one thing, some another.
    case inconsistent
    /// No CPU let its bit be changed.
    case readOnly = "read-only"
    case unknown
  }

  public var bit: String
  /// Those that fit all that was seen; more than one where the machine cannot tell them apart: without SMT a thread is a core.
  public var scopes: [Scope]
  /// Nil where no SMT siblings could be tried.
  public var siblingsShare: Bool?
  /// The same by behaviour; nil where that was not tried, or shows nothing.
  public var siblingsShareByBehaviour: Bool?
  public var evidence: [String]
}

extension ScopeFinding {
  /// - Parameter rows: those of one register.
  static func conclude(_ bit: DetectionBit.Kind, _ rows: [ScopeRow], _ topology: Topology) -> ScopeFinding {
    let registers = rows.filter { $0.evidence == .register }
    // Where the armed CPU itself shows neither a signal nor a sleep, behaviour says nothing of the others: log lines
    // alone are few.
    let telling = Set(
      rows.filter {
        $0.evidence == .behaviour && $0.cpu == $0.writtenCpu
          && ($0.answer?.isSignalled == true || $0.answer?.isDelayed == true)
      }.map(\.writtenCpu))
    let behaviour = rows.filter { $0.evidence == .behaviour && telling.contains($0.writtenCpu) }
    let refused = Dictionary(
      grouping: registers.filter { $0.cpu == $0.writtenCpu && $0.write != .took }, by: \.write.inWords)
    var evidence = refused.sorted { $0.key < $1.key }.map { reason, rows in
      "CPUs \(CpuSelection.ranges(rows.map(\.cpu).sorted())): \(reason)"
    }
    let domains = Dictionary(grouping: registers.filter { $0.write == .took }, by: \.writtenCpu).mapValues {
      rows in
      Set(rows.filter { $0.followed == true }.map(\.cpu))
    }
    // CPUs that follow nobody, not even themselves, say nothing of whom a register belongs to.
    let deaf = Set(registers.filter { $0.cpu == $0.writtenCpu && $0.write != .took }.map(\.cpu))
    for (domain, writers) in Dictionary(grouping: domains.keys.sorted(), by: { domains[$0]! })
      .sorted(by: { $0.value[0] < $1.value[0] })
    {
      evidence.append(
        "written on CPU \(writers.map(String.init).joined(separator: " or ")), it changed on"
          + " \(domain.isEmpty ? "none" : CpuSelection.ranges(domain.sorted()))")
    }
    var finding = ScopeFinding(
      bit: bit.rawValue, scopes: scopes(domains, deaf: deaf, topology),
      siblingsShare: share(registers),
      siblingsShareByBehaviour: share(behaviour),
      evidence: evidence)
    if domains.isEmpty { finding.scopes = registers.isEmpty ? [.unknown] : [.readOnly] }
    if let seen = finding.siblingsShareByBehaviour, let read = finding.siblingsShare, seen != read {
      finding.scopes = [.inconsistent]
      finding.evidence.append(
        "registers say that siblings \(read ? "share" : "do not share") it, behaviour that they \(seen ? "do" : "do not")"
      )
    }
    return finding
  }

  private static func scopes(
    _ domains: [Int: Set<Int>], deaf: Set<Int>, _ topology: Topology
  ) -> [Scope] {
    func members(_ scope: Scope, of writer: LogicalCpu) -> Set<Int> {
      let all = topology.cpus.filter { cpu in
        switch scope {
        case .perThread: cpu.id == writer.id
        case .perCore: cpu.core == writer.core
        case .perPackage: cpu.package == writer.package
        case .wholeMachine, .inconsistent, .readOnly, .unknown: true
        }
      }
      return Set(all.map(\.id))
    }
    let fitting = [Scope.perThread, .perCore, .perPackage, .wholeMachine].filter { scope in
      domains.allSatisfy { writer, domain in
        guard let cpu = topology.cpu(writer) else { return false }
        let expected = members(scope, of: cpu)
        return domain == expected
          || (domain.isSubset(of: expected) && expected.subtracting(domain).isSubset(of: deaf))
      }
    }
    return fitting.isEmpty ? [.inconsistent] : fitting
  }

  private static func share(_ rows: [ScopeRow]) -> Bool? {
    let answers = Set(rows.filter { $0.relation == .smtSibling }.compactMap(\.followed))
    return answers.count == 1 ? answers.first : nil
  }
}

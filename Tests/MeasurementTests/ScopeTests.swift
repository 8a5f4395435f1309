import DetectionControl
import Machine
import Testing

@testable import Measurement

@Suite struct ScopeTests {
  struct Case: Sendable {
    var name: String
    var topology = "pack:2 core:2 pu:2"
    /// CPUs that change as one is written.
    var domain: @Sendable (LogicalCpu, LogicalCpu) -> Bool
    /// CPUs whose write does not take.
    var deaf: Set<Int> = []
    /// What a split lock meets on another CPU; by the same rule where nil.
    var behaves: (@Sendable (LogicalCpu, LogicalCpu) -> Bool)?
    var triesBehaviour = true
    var scopes: [ScopeFinding.Scope]
    var siblingsShare: Bool?
    var byBehaviour: Bool?
  }

  private static let perThread: @Sendable (LogicalCpu, LogicalCpu) -> Bool = { $0.id == $1.id }
  private static let perCore: @Sendable (LogicalCpu, LogicalCpu) -> Bool = { $0.core == $1.core }
  private static let perPackage: @Sendable (LogicalCpu, LogicalCpu) -> Bool = { $0.package == $1.package }

  static let cases = [
    Case(name: "per core", domain: perCore, scopes: [.perCore], siblingsShare: true, byBehaviour: true),
    Case(
      name: "per thread", domain: perThread, scopes: [.perThread], siblingsShare: false, byBehaviour: false),
    Case(
      name: "per package", domain: perPackage, scopes: [.perPackage], siblingsShare: true, byBehaviour: true),
    Case(
      name: "the whole machine", domain: { _, _ in true }, scopes: [.wholeMachine], siblingsShare: true,
      byBehaviour: true),
    Case(
      name: "no SMT, several packages", topology: "pack:2 core:2 pu:1", domain: perCore,
      scopes: [.perThread, .perCore]),
    Case(
      name: "one CPU", topology: "core:1 pu:1", domain: perCore,
      scopes: [.perThread, .perCore, .perPackage, .wholeMachine]),
    Case(
      name: "per core, one CPU deaf", domain: perCore, deaf: [3], scopes: [.perCore], siblingsShare: nil,
      byBehaviour: true),
    Case(
      name: "no write takes", domain: perCore, deaf: Set(0..<8), triesBehaviour: false, scopes: [.readOnly]),
    Case(
      name: "one package shares, the other does not",
      domain: { $0.package == 0 ? $0.core == $1.core : $0.id == $1.id }, triesBehaviour: false,
      scopes: [.inconsistent]),
    Case(
      name: "registers and behaviour disagree", domain: perThread, behaves: perCore, scopes: [.inconsistent],
      siblingsShare: false, byBehaviour: true),
    Case(
      name: "behaviour shows nothing, not even where it is armed", domain: perCore,
      behaves: { _, _ in false },
      scopes: [.perCore], siblingsShare: true),
  ]

  @Test(arguments: cases)
  func isConcluded(_ test: Case) throws {
    let topology = try Topology.synthetic(test.topology)
    var rows: [ScopeRow] = []
    for writer in topology.cpus {
      let takes = !test.deaf.contains(writer.id)
      for cpu in topology.cpus {
        let follows = takes && test.domain(writer, cpu) && !test.deaf.contains(cpu.id)
        rows.append(
          ScopeRow(
            bit: .splitLock, evidence: .register, writtenCpu: writer.id, cpu: cpu.id,
            relation: topology.relation(of: writer, to: cpu), write: takes ? .took : .didNotTake,
            before: false,
            after: follows))
        guard test.triesBehaviour, takes else { continue }
        let isMet = (test.behaves ?? test.domain)(writer, cpu)
        rows.append(
          ScopeRow(
            bit: .splitLock, evidence: .behaviour, writtenCpu: writer.id, cpu: cpu.id,
            relation: topology.relation(of: writer, to: cpu), write: .took, before: nil, after: nil,
            answer: isMet ? SplitLockAnswer(exception: .ac, isDelayed: true) : SplitLockAnswer()))
      }
    }
    let finding = ScopeFinding.conclude(.splitLock, rows, topology)
    #expect(finding.scopes == test.scopes, "\(test.name): \(finding)")
    #expect(finding.siblingsShare == test.siblingsShare, "\(test.name): \(finding)")
    #expect(finding.siblingsShareByBehaviour == test.byBehaviour, "\(test.name): \(finding)")
    #expect(!finding.evidence.isEmpty)
  }

  @Test func aBigMachineIsToldFromOneCoreAPackage() throws {
    let topology = try Topology.synthetic("pack:2 core:64 pu:2")
    let plan = ScopePlan(
      topology: topology, bits: [.splitLock], share: .init(rounds: 1, budget: 1, wallLimit: 1))
    #expect(plan.writers.count == 4)
    #expect(Set(plan.writers.compactMap { topology.cpu($0)?.package }).count == 2)
  }
}

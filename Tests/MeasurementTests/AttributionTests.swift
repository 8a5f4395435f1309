import Machine
import Testing

@testable import Measurement

@Suite struct AttributionTests {
  struct Judgement: Sendable {
    var name: String
    var of: Attribution.Case
    var cause: Attribution.Cause?
    var confidence: Attribution.Confidence?
  }

  private static func seen(
    aligned: Double? = 2, median: Double = 1000, p90: Double? = 1100, issued: Int = 200, trapped: Int = 0,
    delayed: Int = 0, kind: TrapAnswer.Kind = .silent, policy: DetectionPolicy = .of(.unsupported),
    hypervisor: String? = nil, exit: Double? = nil, timer: Double = 20, smis: Int? = nil,
    isBalanced: Bool = true
  ) -> Attribution.Case {
    Attribution.Case(
      aligned: aligned, median: median, p90: p90, issued: issued, trapped: trapped, delayed: delayed,
      isDelayed: delayed * 20 > issued, kind: kind, policy: policy, hypervisor: hypervisor, exit: exit,
      timer: timer, smis: smis, isBalanced: isBalanced)
  }

  static let judgements = [
    Judgement(name: "bare metal, nothing else in it", of: seen(), cause: .silicon, confidence: .high),
    Judgement(
      name: "a guest whose exits cost more than the operation", of: seen(hypervisor: "KVM", exit: 5000),
      cause: .silicon, confidence: .high),
    Judgement(
      name: "a guest whose exits would fit into it", of: seen(median: 3000, hypervisor: "KVM", exit: 1200),
      cause: .silicon, confidence: .medium),
    Judgement(
      name: "a guest whose exits are not known", of: seen(hypervisor: "KVM"), cause: .silicon,
      confidence: .low),
    Judgement(
      name: "dearer than any silicon, in a guest", of: seen(median: 50_000, hypervisor: "KVM", exit: 1200),
      cause: .hypervisor, confidence: .low),
    Judgement(name: "dearer than any silicon", of: seen(median: 50_000), cause: .unknown, confidence: .low),
    Judgement(name: "not dear at all", of: seen(aligned: 20, median: 60, timer: 1)),
    Judgement(name: "without its control", of: seen(aligned: nil)),
    Judgement(
      name: "a timer that costs half of it", of: seen(median: 1000, timer: 500), cause: .timer,
      confidence: .medium),
    Judgement(name: "an SMI each", of: seen(smis: 200), cause: .smi, confidence: .high),
    Judgement(name: "SMIs now and then", of: seen(smis: 2), cause: .silicon, confidence: .high),
    Judgement(
      name: "trapped in fatal mode", of: seen(trapped: 200, kind: .ac, policy: .of(.fatal)), cause: .linux,
      confidence: .high),
    Judgement(
      name: "trapped where Linux should not", of: seen(trapped: 200, kind: .ac), cause: .linux,
      confidence: .medium),
    Judgement(
      name: "warn mode's sleep", of: seen(issued: 12, delayed: 11, kind: .ac, policy: .of(.warn)),
      cause: .linux,
      confidence: .high),
    Judgement(
      name: "warn mode without a delay, logged", of: seen(kind: .db, policy: .of(.warn, mitigates: false)),
      cause: .linux, confidence: .medium),
    Judgement(
      name: "warn mode that shows nothing", of: seen(policy: .of(.warn, mitigates: false)), cause: .unknown,
      confidence: .low),
    Judgement(
      name: "delays in a guest whose Linux has no policy",
      of: seen(issued: 20, delayed: 18, kind: .unknown, hypervisor: "KVM", exit: 1200), cause: .hypervisor,
      confidence: .medium),
    Judgement(
      name: "delays on bare metal without a policy", of: seen(issued: 20, delayed: 18, kind: .unknown),
      cause: .unknown, confidence: .low),
    Judgement(
      name: "one long operation in many, in a guest",
      of: seen(delayed: 1, hypervisor: "KVM", exit: 5000), cause: .silicon, confidence: .high),
    Judgement(
      name: "delays that are SMIs", of: seen(issued: 20, delayed: 3, kind: .unknown, smis: 3), cause: .smi,
      confidence: .medium),
    Judgement(
      name: "an account that does not balance", of: seen(isBalanced: false), cause: .unknown, confidence: .low
    ),
  ]

  @Test(arguments: judgements)
  func isJudged(_ test: Judgement) {
    let found = Attribution.judge(test.of)
    #expect(found?.cause == test.cause, "\(test.name): \(String(describing: found))")
    #expect(found?.confidence == test.confidence, "\(test.name): \(String(describing: found))")
    #expect(found?.evidence.isEmpty != true)
  }
}

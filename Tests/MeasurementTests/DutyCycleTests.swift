import Machine
import Testing

@testable import Measurement

extension DetectionPolicy {
  /// A policy as files of a machine would show it.
  static func of(_ mode: Mode, mitigates: Bool? = true, rateLimit: Int? = nil) -> DetectionPolicy {
    var policy = DetectionPolicy(
      files: FileTree(root: "/nowhere"), processor: ProcessorIdentity.ofThisMachine(), log: .success([]))
    (policy.mode, policy.mitigates, policy.rateLimit) = (mode, mitigates, rateLimit)
    policy.trapsWithAC = mode == .warn || mode == .fatal
    policy.trapsWithDB = mode == .ratelimit
    policy.evidence = []
    return policy
  }
}

@Suite struct DutyCycleTests {
  /// A task that Linux delays by `delay` seconds, then leaves alone for `window`, `cycles` times; 1 us an operation.
  private static func task(delay: Double, window: Double, pause: Double, cycles: Int) -> [DutyCycle.Operation]
  {
    var now = 5.0
    var operations: [DutyCycle.Operation] = []
    for _ in 0..<cycles {
      operations.append(DutyCycle.Operation(start: now, end: now + delay, isDelayed: true))
      now += delay
      let closing = now + window
      while now + pause < closing {
        now += pause
        operations.append(DutyCycle.Operation(start: now, end: now + 1e-6, isDelayed: false))
      }
      now = closing
    }
    return operations
  }

  @Test(arguments: [(0.016, 0.009), (0.011, 0.0025), (0.025, 0.025), (0.98, 0.005)])
  func findsTheRhythmThatItIsGiven(delay: Double, window: Double) {
    let task = Self.task(delay: delay, window: window, pause: 50e-6, cycles: 7)
    let cycle = DutyCycle(cpus: [3], tasks: [task], predicted: nil)
    #expect(cycle.delayMs?.count == 7 && cycle.windowMs?.count == 6)
    #expect(abs(cycle.delayMs!.median / 1000 - delay) < 1e-9)
    #expect(abs(cycle.windowMs!.median / 1000 - window) < 60e-6, "to within a pause")
    #expect(abs(cycle.freeOperations!.median - window / 50e-6) <= 2)
    let rate = (window / 50e-6 + 1) / (delay + window)
    #expect(abs(cycle.operationsPerSecond! / rate - 1) < 0.05)
  }

  @Test func tasksAtOnceAddUp() {
    let task = Self.task(delay: 0.016, window: 0.009, pause: 50e-6, cycles: 5)
    let one = DutyCycle(cpus: [0], tasks: [task], predicted: nil)
    let two = DutyCycle(cpus: [0, 2], tasks: [task, task], predicted: nil)
    #expect(two.delayMs?.count == 10 && two.windowMs?.count == 8)
    #expect(abs(two.operationsPerSecond! - 2 * one.operationsPerSecond!) < 1e-6)
  }

  @Test(arguments: [0, 1])
  func withoutTwoDelaysThereIsNoWindow(delays: Int) {
    let cycle = DutyCycle(
      cpus: [0], tasks: [Self.task(delay: 0.016, window: 0.009, pause: 50e-6, cycles: delays)], predicted: nil
    )
    #expect(cycle.delayMs?.count ?? 0 == delays)
    #expect(cycle.windowMs == nil && cycle.operationsPerSecond == nil)
  }

  struct Expected: Sendable {
    var policy: DetectionPolicy
    var hz: Int?
    var offenders = 1
    var delay: ClosedRange<Double>?
    var window: ClosedRange<Double>?
    var rate: ClosedRange<Double>?
  }

  /// By hand from split_lock_warn, handle_bus_lock, msleep_interruptible and the timer wheel.
  static let predictions = [
    Expected(policy: .of(.warn), hz: 100, delay: 10...30, window: 20...40),
    Expected(policy: .of(.warn), hz: 250, delay: 12...20, window: 8...16),
    Expected(policy: .of(.warn), hz: 1000, delay: 10...12, window: 2...6),
    Expected(policy: .of(.warn), hz: 250, offenders: 2, delay: 12...36),
    Expected(policy: .of(.warn, mitigates: false), hz: 250),
    Expected(policy: .of(.warn), hz: nil),
    Expected(policy: .of(.ratelimit, rateLimit: 100), hz: 250, rate: 100 / 1.028...100),
    Expected(policy: .of(.fatal), hz: 250),
    Expected(policy: .of(.off), hz: 250),
    Expected(policy: .of(.unsupported), hz: 250),
  ]

  @Test(arguments: predictions)
  func linuxsSourcePredicts(_ test: Expected) {
    let found = DutyCycle.predicted(test.policy, timerHz: test.hz, offenders: test.offenders)
    func same(_ bounds: DutyCycle.Bounds?, _ range: ClosedRange<Double>?) -> Bool {
      guard let bounds, let range else { return bounds == nil && range == nil }
      return abs(bounds.low - range.lowerBound) < 1e-9 && abs(bounds.high - range.upperBound) < 1e-9
    }
    #expect(same(found?.delayMs, test.delay), "\(String(describing: found))")
    #expect(same(found?.windowMs, test.window), "\(String(describing: found))")
    #expect(same(found?.operationsPerSecond, test.rate), "\(String(describing: found))")
  }

  @Test func aRhythmThatLinuxsSourceDoesNotExplainIsPointedOut() {
    let predicted = DutyCycle.predicted(.of(.warn), timerHz: 250, offenders: 1)
    func warning(_ delay: Double, _ window: Double) -> RunWarning? {
      RunWarning.rhythm(of: [
        DutyCycle(
          cpus: [0], tasks: [Self.task(delay: delay, window: window, pause: 50e-6, cycles: 5)],
          predicted: predicted)
      ]).first
    }
    func names(_ delay: Double, _ window: Double) -> [Bool] {
      ["one task: delay ", "one task: open window "].map {
        warning(delay, window)?.text.contains($0) ?? false
      }
    }
    #expect(warning(0.016, 0.010) == nil && RunWarning.rhythm(of: []).isEmpty)
    #expect(names(0.100, 0.010) == [true, false])
    #expect(names(0.016, 0.001) == [false, true])
    #expect(names(0.006, 0.050) == [true, true])
  }
}

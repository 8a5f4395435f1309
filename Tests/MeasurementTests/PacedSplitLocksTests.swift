import Testing

@testable import Measurement

/// Split locks of a script on a clock of its own: none is issued.
@Suite struct PacedSplitLocksTests {
  private static let clock = TscClock(milliseconds: 5)
  private static let microsecond = UInt64(clock.ticks(seconds: 1e-6))

  /// Every look at its clock takes a tenth of a microsecond, and every split lock so many.
  private final class Script {
    var time = PacedSplitLocksTests.microsecond
    var starts: [UInt64] = []
    var ends: [UInt64] = []
    let microseconds: UInt64
    let last: SplitLockProbe.Met
    let count: Int

    /// - Parameter last: what the operation behind `count` free ones meets.
    init(microseconds: UInt64, count: Int = .max, last: SplitLockProbe.Met = .nothing) {
      (self.microseconds, self.count, self.last) = (microseconds, count, last)
    }

    func look() -> UInt64 {
      time += PacedSplitLocksTests.microsecond / 10
      return time
    }

    func issue() -> SplitLockProbe.Operation {
      let start = time
      time += microseconds * PacedSplitLocksTests.microsecond
      starts.append(start)
      ends.append(time)
      return .init(start: start, end: time, met: starts.count > count ? last : .nothing)
    }

    func paced(pause: Double, burst: Double = 1) -> PacedSplitLocks {
      var paced = PacedSplitLocks(clock: PacedSplitLocksTests.clock, pause: pause)
      (paced.burst, paced.now) = (burst, look)
      return paced
    }
  }

  /// At what they take, not at what was assumed.
  @Test(arguments: [(1, 71), (7, 11), (70, 2)] as [(UInt64, Int)])
  func theirOwnTimeEndsABurst(_ microseconds: UInt64, _ most: Int) {
    let script = Script(microseconds: microseconds)
    var paced = script.paced(pause: 5e-6, burst: 70e-6)
    var passed = 0
    let end = paced.run(until: .max, issue: script.issue) { _ in
      passed += 1
      return false
    }
    #expect(end == .burst)
    // A clock of whole ticks loses a part of one.
    #expect(passed == most || passed == most - 1)
    #expect(paced.locked.operations == passed)
    let expected = Double(passed) * Double(microseconds) * 1e-6
    #expect(abs(paced.locked.seconds - expected) < 0.01 * expected)
  }

  @Test(arguments: [SplitLockProbe.Met.delay, .signal])
  func anAnswerEndsThem(_ met: SplitLockProbe.Met) {
    let script = Script(microseconds: 7, count: 4, last: met)
    var paced = script.paced(pause: 5e-6)
    var passed = 0
    let end = paced.run(until: .max, issue: script.issue) { _ in
      passed += 1
      return false
    }
    #expect(end == .answered(.init(start: script.starts[4], end: script.ends[4], met: met)))
    #expect(passed == 4 && paced.locked.operations == 5)
    // A sleep, or a handler, is no locked time.
    let expected = 4 * 7e-6 + DoseResponse.assumedSeconds
    #expect(abs(paced.locked.seconds - expected) < 0.01 * expected)
  }

  @Test func whatNoSiliconTakesIsNotBooked() {
    let script = Script(microseconds: 6000)
    var paced = script.paced(pause: 0)
    _ = paced.run(until: 10_000 * Self.microsecond, issue: script.issue) { _ in false }
    #expect(paced.locked.operations == 2)
    #expect(paced.locked.seconds == 2 * DoseResponse.assumedSeconds)
  }

  @Test func timeEndsThem() {
    let script = Script(microseconds: 1)
    var paced = script.paced(pause: 99e-6)
    let end = paced.run(until: 1000 * Self.microsecond, issue: script.issue) { _ in false }
    #expect(end == .time && (9...11).contains(script.starts.count))
  }

  @Test func onlyTheNextFollowsAtOnce() {
    let script = Script(microseconds: 1, count: 6, last: .signal)
    var paced = script.paced(pause: 5e-6)
    var passed = 0
    _ = paced.run(until: .max, issue: script.issue) { _ in
      passed += 1
      return passed == 3
    }
    let gaps = zip(script.ends, script.starts.dropFirst()).map { Double($1 - $0) / Double(Self.microsecond) }
    #expect(gaps.count == 6)
    for (index, gap) in gaps.enumerated() { #expect((gap < 1) == (index == 2), "\(index): \(gap)") }
  }

  @Test func aBurstIsBookedAtItsOwnTime() {
    var locked = LockedTime()
    for _ in 0..<1000 { locked.add(.init(start: 0, end: 7 * Self.microsecond, met: .nothing), Self.clock) }
    var budget = BusBudget(limit: 1)
    budget.book(locked + locked, at: 3)
    #expect(budget.operations == 2000)
    #expect(abs(budget.spent - 0.014) < 1e-4)
    #expect(abs(budget.rest(at: 3) - 0.014) < 1e-4, "the bus rests as long as it was locked")
  }
}

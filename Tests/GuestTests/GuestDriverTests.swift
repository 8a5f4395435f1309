import CGuest
import Testing

@testable import Guest

@Suite struct GuestDriverTests {
  private static let ready = VcpuEntry(.port(UInt16(CGUEST_READY_PORT)))

  private func driver(_ entries: [VcpuEntry], address: UInt64 = 0) -> GuestDriver<ScriptedCpu> {
    GuestDriver(ScriptedCpu(entries, address: address))
  }

  @Test func busLocksAreCountedWhateverElseEndsAnEntry() throws {
    var driver = driver(
      [
        VcpuEntry(.busLock), VcpuEntry(.port(UInt16(CGUEST_COUNTED_PORT)), tookBusLock: true),
        VcpuEntry(.busLock),
      ]
        + [Self.ready], address: 0x1234)
    let trip = try driver.run(milliseconds: 10)
    #expect(trip.end == .ready)
    #expect(trip.busLocks == 3)
    #expect(trip.portWrites == 1)
    #expect(driver.cpu.entered == 4)
    #expect(trip.firstAddress == 0x1234)
    #expect(!driver.cpu.isUnderDeadline)
  }

  /// #AC given to the VMM: what KVM does in fatal mode, beside its SIGBUS.
  @Test(arguments: [
    KvmExit.exception(vector: 17, errorCode: 0), .shutdown, .halt, .failEntry(reason: 1),
    .internalError(suberror: 1), .other(6), .port(0x80), .readMsr(0x33), .writeMsr(0x33, 0),
  ])
  func whatTheGuestHasNoUseForEndsTheCall(exit: KvmExit) throws {
    var driver = driver([VcpuEntry(exit)])
    #expect(try driver.run(milliseconds: 10).end == .stopped(exit))
  }

  @Test func aSignalIsNoDeadline() throws {
    var driver = driver([VcpuEntry(.interrupted), VcpuEntry(.interrupted), Self.ready])
    #expect(try driver.run(milliseconds: 10).end == .ready)
    driver.cpu = ScriptedCpu([VcpuEntry(.busLock), VcpuEntry(.interrupted), VcpuEntry(.interrupted)])
    driver.cpu.deadlineAt = 2
    let trip = try driver.run(milliseconds: 10)
    #expect(trip.end == .deadline)
    #expect(trip.busLocks == 1)
  }

  @Test func aRefusedEntryIsAnErrorAndEndsTheDeadline() {
    var driver = driver([])
    #expect(throws: KvmFailure("KVM_RUN", error: -5)) { try driver.run(milliseconds: 10) }
    #expect(!driver.cpu.isUnderDeadline)
  }

  @Test func linuxsSleepIsTold() throws {
    var driver = driver([VcpuEntry(.busLock), Self.ready])
    #expect(try !driver.run(milliseconds: 10).slept)
    driver.cpu = ScriptedCpu([Self.ready])
    driver.cpu.sleepsIn = [0]
    #expect(try driver.run(milliseconds: 10).slept)
  }

  /// From one look at the clock to the next 1000 ns, of which Linux let the thread run so many: before the call none counts.
  @Test(arguments: [(300, 0.3), (950, 0.95)])
  func theTimeOnACpuIsTold(nanoseconds: UInt64, share: Double) throws {
    var driver = driver([Self.ready, Self.ready])
    let clock = ScriptedClock()
    driver.now = { clock.advance(1000) }
    driver.cpu.workOfEntry = nanoseconds
    _ = try driver.run(milliseconds: 10)
    let trip = try driver.run(milliseconds: 10)
    #expect(trip.nanoseconds == 1000 && trip.workedNanoseconds == nanoseconds && trip.share == share)
  }

  @Test func registersAreAnsweredAsHardwareWithDetectionWould() throws {
    let on = EmulatedRegisters.splitLockDisable
    let exits: [KvmExit] = [
      .readMsr(0xCF), .readMsr(0x33), .writeMsr(0x33, on), .readMsr(0x33), .writeMsr(0x33, 1),
      .writeMsr(0xCF, 0),
      .readMsr(0x33),
    ]
    var driver = driver(exits.map { VcpuEntry($0) } + [Self.ready])
    driver.registers = EmulatedRegisters()
    #expect(try driver.run(milliseconds: 10).end == .ready)
    #expect(driver.cpu.answers == [1 << 5, 0, on, on, nil, nil, on])
    #expect(driver.registers?.reads == 4)
    #expect(driver.registers?.writes == 3)
    #expect(driver.registers?.written == on)
  }

  /// 10 a second in slices of a second: the tenth waits for the slice's end. A microsecond between two exits.
  @Test func aThrottleHoldsTheGuestBack() throws {
    var driver = driver([VcpuEntry](repeating: VcpuEntry(.busLock), count: 35) + [Self.ready])
    driver.throttle = UserThrottle(perSecond: 10)
    let clock = ScriptedClock()
    driver.now = { clock.advance(1000) }
    driver.pause = { _ = clock.advance($0) }
    let trip = try driver.run(milliseconds: 10)
    #expect(trip.busLocks == 35)
    #expect((2_999_000_000...3_000_000_000).contains(trip.heldBackNanoseconds))
    #expect(trip.nanoseconds > 2_999_000_000)
    #expect(!trip.slept)
  }

  private final class ScriptedClock {
    private var now: UInt64 = 0
    func advance(_ nanoseconds: UInt64) -> UInt64 {
      now += nanoseconds
      return now
    }
  }
}

@Suite struct UserThrottleTests {
  @Test(arguments: [(1000, 0.1, 100), (10, 1, 10), (1, 0.1, 1), (0, 1, 1)])
  func quota(perSecond: Int, slice: Double, expected: Int) {
    #expect(UserThrottle(perSecond: perSecond, sliceSeconds: slice).quota == expected)
  }

  @Test func slowGuestsAreLeftAlone() {
    var throttle = UserThrottle(perSecond: 10)
    for number in 0..<100 { #expect(throttle.delay(at: UInt64(number) * 200_000_000) == 0) }
  }

  @Test func aFastGuestGetsItsQuotaInEachSlice() {
    var throttle = UserThrottle(perSecond: 100, sliceSeconds: 0.1)
    var now: UInt64 = 5
    for _ in 0..<1000 { now += throttle.delay(at: now) + 1000 }
    // 1000 at 100 a second.
    #expect((9_900_000_000...10_100_000_000).contains(now))
  }
}

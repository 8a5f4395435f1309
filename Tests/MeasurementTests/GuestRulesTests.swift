import LockKernels
import Testing

@testable import Guest
@testable import Measurement

@Suite struct GuestExecutionTests {
  @Test(arguments: [
    ([1.1, 1.2, 1.3, 1.1, 1.4], GuestExecution.native),
    // A gap in one, and one in the shorter timing.
    ([1.1, 400, 1.3, -12, 1.4], .native),
    ([7100, 8500, 7200, 7300, 30_000], .interpreted),
    // Neither: most are slow, one is not.
    ([1.1, 7100, 7200, 7300, 7250], .unknown),
    ([-5, -6, -7, 1.1, 1.2], .unknown), ([], .unknown),
  ])
  func isToldFromSeveralSlopes(slopes: [Double], execution: GuestExecution) {
    #expect(GuestExecution(slopes: slopes) == execution)
  }
}

@Suite struct VcpuOverlapTests {
  @Test(
    arguments: [
      ([100...200], [90], 1.0), ([100...200, 100...200], [90, 95], 1),
      ([100...200, 110...210], [90, 95], 90.0 / 110),
      ([100...200, 300...400], [90, 95], 0),
      // The second began before the first came: two clocks.
      ([1000...1100, 100...200], [990, 95], nil), ([], [], nil),
    ] as [([ClosedRange<UInt64>], [UInt64], Double?)])
  func isTheShareOfTheTimeInWhichAllWorked(
    spans: [ClosedRange<UInt64>], arrivals: [UInt64], share: Double?
  ) { #expect(VcpuOverlap(spans, arrivals: arrivals).share == share) }

  @Test func roundsThatHardlyOverlapAreLeftOut() {
    #expect(VcpuOverlap([100...200, 110...210], arrivals: [90, 95]).isEnough)
    #expect(!VcpuOverlap([100...200, 150...250], arrivals: [90, 95]).isEnough)
    #expect(!VcpuOverlap([1000...1100, 100...200], arrivals: [990, 95]).isEnough)
  }
}

@Suite struct GuestRefusalTests {
  private static let value: UInt64 = 1 << 2
  private static func reading(_ value: UInt64) -> GuestReport {
    var report = ScriptedGuest.report()
    report.values[0] = value
    return report
  }

  @Test func onlyWhatReadsBackIsSet() throws {
    func refusal(_ writing: GuestReport, _ reading: GuestReport) -> String? {
      GuestRefusal(register: 0x1D9, value: Self.value, writing: writing, reading: reading)?.description
    }
    let faulted = ScriptedGuest.report(fault: ScriptedGuest.fault(13))
    #expect(refusal(ScriptedGuest.report(), Self.reading(Self.value | 1)) == nil)
    #expect(try #require(refusal(faulted, Self.reading(Self.value))).contains("WRMSR of 0x1d9 met: #GP"))
    #expect(try #require(refusal(ScriptedGuest.report(), faulted)).contains("RDMSR"))
    #expect(try #require(refusal(ScriptedGuest.report(), Self.reading(1))).contains("reads 0x1 "))
  }
}

@Suite struct GuestRowTests {
  private static let cell = GuestCell(.cost, "aligned", .nanoseconds, condition: "exits-off", cpl: 3)

  private func row(_ values: [Double], _ cell: GuestCell = cell) -> GuestRow {
    GuestRow(cell, values.map { GuestFinding(cell, $0) })
  }

  @Test func roundsBelowZeroAreCountedAndKeepTheirPlace() throws {
    #expect(row([3, 1, 2, 4, 5]).roundsNotAboveZero == 0 && row([3, 1, 2, 4, 5]).low != nil)
    let disturbed = row([3, -40, 2, 0, 5])
    #expect(disturbed.value == 2 && disturbed.low == nil && disturbed.high == nil)
    #expect(disturbed.roundCount == 5 && disturbed.roundsNotAboveZero == 2)
    // Most are: there is no cost.
    #expect(row([3, -40, -2, -1, 5]).value == nil)
    #expect(row([0, 0], GuestCell(.throttle, "bus-locks", .hertz)).value == 0)
    let count = row([4, 0], GuestCell(.count, "aligned", .count))
    #expect(count.value == 4 && count.roundsNotAboveZero == nil)
  }

  /// 0 is a share like any other.
  @Test func anOverlapIsTheMedianAndNoTime() {
    for values in [[0.9, 0.5, 0.95], [0.9, 0, 0.95]] {
      let row = row(values, GuestCell(.vcpus, "overlap", .ratio, cpl: 3, vcpus: 2))
      #expect(row.value == 0.9 && row.low == nil && row.high == nil)
      #expect(row.roundCount == 3 && row.roundsNotAboveZero == nil)
    }
  }

  @Test func aCostBelowZeroIsTold() {
    typealias Cell = GuestWorker.CostCell
    func findings(guest: Double, host: Double) -> [GuestFinding] {
      let cell = Cell(placement: .aligned, cpl: 3)
      let visits = [cell: GuestWorker.CostVisit(cost: guest), Cell(placement: .aligned): .init(cost: host)]
      return GuestWorker.findings(cell, visits, cpu: 0)
    }
    #expect(findings(guest: 3, host: 2).map(\.value) == [3, 1.5])
    #expect(findings(guest: -3, host: 2).map(\.value) == [-3, 0])
    #expect(findings(guest: 3, host: -2).map(\.value) == [3, 0])
  }

  /// 120 bus locks of 120 operations, each of 20 ns without them and of 520 with.
  @Test func anExitIsWhatItAdds() throws {
    typealias Cell = GuestWorker.CostCell
    let (off, on) = (Cell(placement: .lineSplit, cpl: 3), Cell(placement: .lineSplit, cpl: 3, exits: true))
    let visits = [off: GuestWorker.CostVisit(cost: 20), on: .init(cost: 520, busLocks: 120)]
    let findings = GuestWorker.findings(on, visits, cpu: 0)
    #expect(findings.first { $0.cell.quantity == "bus-lock-exit" }?.value == 500)
    #expect(findings.first { $0.cell.quantity == "line-split-bus-locks" }?.value == 120)
  }
}

@Suite struct ThrottledGuestTests {
  /// The guest's operations come at the slices' beginnings: it must still have some when the victim's last slice ends.
  @Test(arguments: [(1000, 0.1, 0.2), (10, 0.1, 0.2), (1000, 0.1, 0.25), (1, 1, 0.2)])
  func outlastsTheVictim(perSecond: Int, slice: Double, seconds: Double) {
    var throttle = UserThrottle(perSecond: perSecond, sliceSeconds: slice)
    let count = GuestWorker.operations(outlasting: seconds, throttle)
    var now: UInt64 = 0
    for _ in 0..<count { now += 1000 + throttle.delay(at: now) }
    // The victim begins behind the guest's first operation, within its first slice.
    #expect(Double(now) / 1e9 >= seconds + slice)
    #expect(Double(now) / 1e9 <= seconds + 4 * slice)
  }
}

@Suite struct SeenBitTests {
  private static let bits = GuestCpuid.Bit.allCases.flatMap { bit in [(bit, true), (bit, false)] }

  /// Whose CPUID leaf 7 is so in each register.
  private func findings(_ registers: (_ bit: GuestCpuid.Bit, _ isOffered: Bool) -> UInt64) -> [String?] {
    let bits = Self.bits.map { bit, isOffered in
      var report = ScriptedGuest.report()
      report.values = [UInt64](repeating: registers(bit, isOffered), count: 4)
      return SeenBit(bit, isOffered: isOffered, report)
    }
    return SeenBit.findings(bits, cpl: 3).map(\.found)
  }

  private static let (seen, not) = ("seen, whatever it is given", "not seen, whatever it is given")

  @Test func aBitThatIsAsItWasGivenHasPlainWords() {
    #expect(findings { $1 ? .max : 0 } == ["seen", "not seen", "seen", "not seen", "seen", "not seen"])
    #expect(findings { _, _ in 0 } == [String](repeating: Self.not, count: 6))
    #expect(findings { _, _ in .max } == [String](repeating: Self.seen, count: 6))
  }

  /// Interpreted code under kvm-pvm sees the CPU's own leaf 7.0, and leaf 7.2 as it was given.
  @Test func eachBitIsJudgedByItself() {
    let found = findings { bit, isOffered in
      bit == .uncachedLockDisable ? isOffered ? .max : 0 : bit == .busLockDetect ? .max : 0
    }
    #expect(found == [Self.not, Self.not, Self.seen, Self.seen, "seen", "not seen"])
    #expect(found.allSatisfy { $0!.count <= 30 }, "a cell of the terminal's table")
  }

  @Test func aFaultIsToldAndMarksNothing() {
    let fault = ScriptedGuest.report(fault: ScriptedGuest.fault(6))
    let bits = Self.bits.map { SeenBit($0.0, isOffered: $0.1, fault) }
    #expect(SeenBit.findings(bits, cpl: 0).allSatisfy { $0.found == "#UD" })
  }
}

@Suite struct OffendingGuestTests {
  /// On its CPU, a guest counts however slow its locks became; kept off it, however fast they are.
  @Test(arguments: [
    (8_600_000, 8_500_000, true), (60_000_000, 59_000_000, true), (8_600_000, 5_000_000, false),
  ])
  func wasOnItsCpu(nanoseconds: UInt64, worked: UInt64, hasOffended: Bool) {
    var trip = GuestTrip()
    (trip.nanoseconds, trip.workedNanoseconds) = (nanoseconds, worked)
    #expect(GuestWorker.hasOffended(trip) == hasOffended)
  }
}

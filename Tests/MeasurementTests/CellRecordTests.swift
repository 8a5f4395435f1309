import LockKernels
import Testing

@testable import Measurement

@Suite struct CellRecordTests {
  private let split = Cell(
    kernel: Kernel(.add, widthBytes: 8, locked: true)!, placement: .lineSplit, offset: 60, cpu: 0)

  private func group(
    round: Int, ticks: Double, disturbed: Bool = false, singles: [UInt64] = [], busLocks: Double? = nil
  ) -> Group {
    var group = Group(round: round, sequence: round)
    group.samples = [
      Sample(shortOperations: 16, shortTicks: 500, longOperations: 116, longTicks: UInt64(500 + ticks * 100))
    ]
    group.singles = singles
    group.operations = 132
    group.batchOperations = 132
    group.batchTicks = UInt64(132 * ticks)
    group.corePerTick = 1.25
    group.busLocksPerOperation = busLocks
    if disturbed { group.disturbances = [.gap] }
    return group
  }

  private func record(_ groups: [Group], cell: Cell? = nil) -> CellRecord {
    var record = CellRecord(cell: cell ?? split, index: 0, isHeadline: false)
    for group in groups { record.add(group) }
    return record
  }

  @Test func disturbedRoundsAreKeptAndLeftOut() {
    let record = record((0..<10).map { group(round: $0, ticks: $0 < 3 ? 9000 : 1000, disturbed: $0 < 3) })
    #expect(record.rounds.count == 10)
    #expect(record.usedRounds.count == 7)
    #expect(abs(record.ticks!.value - 1000) < 1e-6)
    #expect(!record.isMostlyDisturbed)
  }

  /// A thread that is switched out in the shorter timing makes the slope negative: no figure, and yet a row, which the sample has
  /// to refer to.
  @Test func aTimingBeyondUseIsNoMeasurement() {
    var lost = group(round: 0, ticks: 0, disturbed: true)
    lost.samples[0].shortTicks = 40_000_000
    let record = record([lost])
    #expect(record.isTimed && !record.isMeasured && record.usedRounds.isEmpty)
    let row = CostRow(record, aligned: nil, clock: TscClock(milliseconds: 1))
    #expect(row.median == nil && row.meanNs == nil && row.samples == 0 && row.roundCount == 0)
    #expect(self.record([group(round: 0, ticks: 5)]).isMeasured)
  }

  @Test func whereEnoughAreCalmOnlyTheyCount() {
    let record = record((0..<40).map { group(round: $0, ticks: 1000, disturbed: $0 < 30) })
    #expect(record.usedRounds.count == 10 && record.isMostlyDisturbed && !record.usesDisturbedRounds)
    let row = CostRow(record, aligned: nil, clock: TscClock(milliseconds: 1))
    #expect(row.warnings.contains(.mostlyDisturbed) && !row.warnings.contains(.usesDisturbed))
  }

  @Test func aRatioUsesTheSameKindOfRoundsOnBothSides() {
    // One cell has enough calm rounds, the other has not; disturbed rounds cost both twice as much.
    func ticks(_ round: Int, _ calm: Int, _ cost: Double) -> Group {
      group(round: round, ticks: round < calm ? cost : 2 * cost, disturbed: round >= calm)
    }
    let a = record((0..<20).map { ticks($0, 12, 1000) })
    let b = record((0..<20).map { ticks($0, 4, 10) }, cell: split.aligned)
    #expect(!a.usesDisturbedRounds && b.usesDisturbedRounds)
    #expect(a.ratio(to: b)!.rounds == 20)
  }

  @Test func whereMostAreDisturbedAllCountAndItIsSaid() {
    let record = record((0..<10).map { group(round: $0, ticks: 1000, disturbed: $0 < 6) })
    #expect(record.usedRounds.count == 10)
    #expect(
      CostRow(record, aligned: nil, clock: TscClock(milliseconds: 1)).warnings.contains(.mostlyDisturbed))
  }

  @Test func aRoundOfSeveralVisitsIsTheMedianOfTheCalmOnes() {
    let record = record([
      group(round: 0, ticks: 1000), group(round: 0, ticks: 1200), group(round: 0, ticks: 1100),
      group(round: 0, ticks: 9999, disturbed: true),
    ])
    #expect(record.rounds.count == 1)
    #expect(abs(record.rounds[0].ticks - 1100) < 1e-9)
    #expect(!record.rounds[0].isDisturbed)
  }

  @Test func ratiosArePairedByRound() {
    // Both drift by a factor of three over the run; their ratio does not move.
    let drift = (0..<12).map { 1.0 + Double($0) / 6 }
    let a = record(drift.enumerated().map { group(round: $0, ticks: 2000 * $1) })
    let b = record(drift.enumerated().map { group(round: $0, ticks: 10 * $1) }, cell: split.aligned)
    let ratio = a.ratio(to: b)!
    #expect(abs(ratio.value - 200) < 1)
    #expect(ratio.relativeHalfWidth! < 0.01)
    #expect(a.ticks!.relativeHalfWidth! > 0.1)
  }

  @Test func roundsThatOnlyOneSideHasDoNotEnterTheRatio() {
    let a = record((0..<4).map { group(round: $0, ticks: 100) })
    let b = record((2..<8).map { group(round: $0, ticks: 10) }, cell: split.aligned)
    #expect(a.ratio(to: b)!.rounds == 2)
  }

  @Test func coreCyclesComeFromTheProbesWithoutAPmu() {
    let record = record((0..<5).map { group(round: $0, ticks: 1000) })
    #expect(record.coreCycles!.source == .addChain)
    #expect(abs(record.coreCycles!.estimate.value - 1250) < 1e-6)
  }

  struct VerdictCase: Sendable {
    var locked = true
    var placement = Placement.lineSplit
    var counted: Double?
    var verdict: CostRow.Verdict
  }
  static let verdicts = [
    VerdictCase(counted: nil, verdict: .unverifiedPmu),
    VerdictCase(counted: 1.0, verdict: .splitVerified),
    VerdictCase(counted: 0.95, verdict: .splitVerified),
    VerdictCase(counted: 0.5, verdict: .pmuContradicts),
    VerdictCase(counted: 2.0, verdict: .pmuContradicts),
    VerdictCase(placement: .aligned, counted: nil, verdict: .control),
    VerdictCase(placement: .aligned, counted: 0.0, verdict: .control),
    VerdictCase(placement: .aligned, counted: 1.0, verdict: .pmuContradicts),
    VerdictCase(locked: false, counted: 0.0, verdict: .control),
  ]

  @Test(arguments: verdicts)
  func verdictSaysWhatIsProved(_ test: VerdictCase) {
    let cell = Cell(
      kernel: Kernel(.add, widthBytes: 8, locked: test.locked)!, placement: test.placement,
      offset: test.placement == .aligned ? 0 : 60, cpu: 0)
    let record = record(
      (0..<5).map { group(round: $0, ticks: 1000, busLocks: test.counted) }, cell: cell)
    #expect(CostRow.verdict(record) == test.verdict)
  }

  @Test func trapsMakeTheOutcome() {
    var trapped = Group(round: 0, sequence: 0)
    trapped.operations = 1
    trapped.trap = Trap(code: 1, trapNumber: 17)
    let row = CostRow(record([trapped, trapped]), aligned: nil, clock: TscClock(milliseconds: 1))
    #expect(row.outcome == .trapped && row.trapped == 2 && row.verdict == .trapped)
    #expect(row.median == nil && row.singles == nil)
  }

  @Test func delaysMakeTheOutcomeUnlessTheyAreStray() {
    func row(delayedOf visits: Int) -> CostRow {
      let groups = (0..<visits).map { round -> Group in
        var group = group(round: round, ticks: 1000)
        group.delayedCalls = round == 0 ? 1 : 0
        return group
      }
      return CostRow(record(groups), aligned: nil, clock: TscClock(milliseconds: 1))
    }
    #expect(row(delayedOf: 10).outcome == .delayed && row(delayedOf: 10).delayedCount == 1)
    #expect(row(delayedOf: 30).outcome == .completed && row(delayedOf: 30).delayedCount == 1)
  }

  @Test func rowsSayWhereLinuxTraps() {
    let trapping = CostRow(
      record([group(round: 0, ticks: 9)]), aligned: nil, clock: TscClock(milliseconds: 1), linuxTraps: true)
    #expect(trapping.warnings.contains(.includesLinuxTrap))
    let aligned = CostRow(
      record([group(round: 0, ticks: 9)], cell: split.aligned), aligned: nil,
      clock: TscClock(milliseconds: 1), linuxTraps: true)
    #expect(!aligned.warnings.contains(.includesLinuxTrap))
  }

  @Test func tailsComeFromSinglesOnlyAndOnlyWhereThereAreEnough() {
    let clock = TscClock(milliseconds: 1)
    let few = CostRow(
      record([group(round: 0, ticks: 1, singles: Array(repeating: 5, count: 99))]), aligned: nil, clock: clock
    )
    #expect(few.singles?.p90 == nil && few.singles?.min != nil)
    let some = CostRow(
      record([group(round: 0, ticks: 1, singles: Array(repeating: 5, count: 1000))]), aligned: nil,
      clock: clock)
    #expect(some.singles?.p99 != nil && some.singles?.p999 == nil)
    let none = CostRow(record([group(round: 0, ticks: 1)]), aligned: nil, clock: clock)
    #expect(none.singles == nil)
  }

  @Test func plainSplitIsSaidToBeALowerBound() {
    var plain = split
    plain.kernel = split.kernel.plainTwin!
    let row = CostRow(
      record([group(round: 0, ticks: 5)], cell: plain), aligned: nil, clock: TscClock(milliseconds: 1))
    #expect(row.warnings.contains(.storeForwarding))
  }
}

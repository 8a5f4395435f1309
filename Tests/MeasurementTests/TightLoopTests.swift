import LockKernels
import Machine
import TestSupport
import Testing

@testable import Measurement

/// Where nothing delays them; a minute is what neither needs.
@Suite(.serialized) struct TightLoopTests {
  private static let clock = TscClock()

  private func record(_ placement: Placement) throws -> TrapRecord {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let loop = try TightLoop(
      cpu: machine.topology.cpus[0].id, placement: placement, machine: machine, clock: Self.clock, seconds: 60
    )
    #expect(loop?.run() == true)
    return try #require(loop).record
  }

  /// Aligned ones lock no bus, so only their number ends them.
  @Test func itKeepsSoManyOperationsAndNoMore() throws {
    let record = try record(.aligned)
    #expect(record.issued == TightLoop.most && record.performed == TightLoop.most)
    #expect(record.roundTrips.count + record.delays.count <= TightLoop.most)
  }

  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func oneBurstOfSplitLocksIsAllThatItTakes() throws {
    let record = try record(.lineSplit)
    let burst = Self.clock.ticks(seconds: Plan.longestBurst)
    let locked = ticks(record.roundTrips)
    #expect(record.issued < TightLoop.most && record.performed == record.issued)
    #expect(locked >= burst && locked - Double(record.roundTrips.last!) < burst)
  }

  // By itself: Swift 6.3 may call a closure that `#expect` makes in place of one beside it in the same function.
  private func ticks(_ roundTrips: [UInt64]) -> Double { Double(roundTrips.reduce(0, +)) }
}

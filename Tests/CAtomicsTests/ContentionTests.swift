import CAtomics
import Testing

/// One thread, aligned operands: what the functions count must be what they did.
@Suite(.serialized) struct ContentionTests {
  private func aggression(
    _ operand: UnsafeMutableRawPointer, stop: UnsafePointer<UInt32>, period: UInt64 = 0, batch: UInt64 = 1,
    ticks: UInt64 = 2_000_000
  ) -> catomics_aggression {
    catomics_aggression(
      operand: operand, addend: 3, period: period, batch: batch, start: 0, deadline: catomics_tsc() + ticks,
      stop: stop, is_running: 0, operations: 0, longest_gap: 0, first_tick: 0,
      last_start: 0, last_tick: 0)
  }

  @Test(arguments: [(0, 1), (0, 16), (20_000, 1)] as [(UInt64, UInt64)])
  func anAggressorEndsAtItsDeadlineAndCountsItsOperations(period: UInt64, batch: UInt64) {
    var operand: UInt64 = 0
    withUnsafeMutablePointer(to: &operand) { operand in
      var work = aggression(operand, stop: stop, period: period, batch: batch)
      catomics_aggress(&work)
      #expect(work.operations > 0 && work.operations.isMultiple(of: batch) && work.is_running == 1)
      #expect(operand.pointee == 3 * work.operations)
      #expect(work.last_tick >= work.deadline)
      if period > 0 { #expect(work.operations <= 2_000_000 / period + 2, "no faster than its pace") }
    }
  }

  @Test func aStoppedAggressorDoesNothing() {
    var operand: UInt64 = 0
    stop.pointee = 1
    defer { stop.pointee = 0 }
    withUnsafeMutablePointer(to: &operand) { operand in
      var work = aggression(operand, stop: stop, ticks: 1 << 60)
      catomics_aggress(&work)
      #expect(work.operations == 0 && work.is_running == 0 && operand.pointee == 0)
    }
  }

  /// The side that begins does one pass, the other none. Its time is none before it began: a pause, and the run would end.
  @Test(arguments: [0, 1] as [UInt64])
  func aCounterThatNobodyAnswersEndsAtTheDeadline(parity: UInt64) {
    var operand: UInt64 = 0
    withUnsafeMutablePointer(to: &operand) { operand in
      let start = catomics_tsc()
      var work = catomics_counter_pass(
        operand: operand, parity: parity, passes: 5, deadline: start + 200_000, ticks: 0, attempts: 0,
        passes_done: 0)
      catomics_pass_counter(&work)
      #expect(work.passes_done == 1 - parity && operand.pointee == 1 - parity && work.attempts > 1)
      #expect(work.ticks > 0 && work.ticks <= catomics_tsc() - start)
    }
  }

  @Test(arguments: [false, true], [(0x5_0000_0005, false), (0x5_0000_0006, true)] as [(UInt64, Bool)])
  func halvesAreCompared(isLocked: Bool, value: (UInt64, Bool)) {
    var operand: UInt64 = value.0
    withUnsafeMutablePointer(to: &operand) { operand in
      var work = catomics_half_reading(
        operand: operand, is_locked: isLocked, start: 0, deadline: catomics_tsc() + 100_000, stop: stop,
        reads: 0,
        torn: 0)
      catomics_read_halves(&work)
      #expect(work.reads >= 1 && work.torn == (value.1 ? work.reads : 0))
      #expect(operand.pointee == value.0, "reading changes nothing")
    }
  }

  @Test func aChaseVisitsEveryLineAndGoesOnWhereItWas() {
    // A ring of 32 lines: 16 hops from any of them lead half way round.
    let lines = UnsafeMutableRawPointer.allocate(byteCount: 33 * 64, alignment: 64)
    defer { lines.deallocate() }
    for line in 0..<32 {
      (lines + line * 64).storeBytes(of: UInt(bitPattern: lines + (line + 1) % 32 * 64), as: UInt.self)
    }
    let cursor = lines + 32 * 64
    cursor.storeBytes(of: UInt(bitPattern: lines), as: UInt.self)
    catomics_victim_chase(cursor, 1, nil)
    #expect(cursor.load(as: UInt.self) == UInt(bitPattern: lines + 16 * 64))
    catomics_victim_chase(cursor, 3, nil)
    #expect(cursor.load(as: UInt.self) == UInt(bitPattern: lines))
  }
}

/// Set by the test that stops before it starts.
nonisolated(unsafe) private let stop = {
  let flag = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
  flag.initialize(to: 0)
  return flag
}()

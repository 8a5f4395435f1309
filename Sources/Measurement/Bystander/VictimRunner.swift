import CAtomics
import LockKernels

/// Runs one victim on the calling thread for a while and counts what it got done.
struct VictimRunner {
  let victim: Victim
  let memory: VictimMemory
  /// Its own line or lines, where it needs them.
  let operand: UnsafeMutableRawPointer
  /// Count that takes some microseconds.
  private(set) var quantum = 1

  /// What a slice gave.
  struct Slice: Sendable {
    /// All that were issued.
    var issued: Int
    /// Those of quanta without a gap, and their time.
    var operations: Int
    var ticks: UInt64
    /// Time of the quanta with one.
    var gapTicks: UInt64
    var firstTick: UInt64
    var lastTick: UInt64
    /// Quanta left out, since they took longer than the bus explains: something else had the CPU.
    var gaps: Int

    var ticksPerOperation: Double { operations > 0 ? Double(ticks) / Double(operations) : 0 }
  }

  /// Length of a quantum in seconds: many fit a slice, so that one gap spoils little.
  private static let quantumSeconds = 5e-6
  /// A quantum longer by so many seconds than the slice's median, and three times as long, had a gap.
  static let gapSeconds = 50e-6

  private let gapTicks: UInt64

  /// Finds the quantum; the victim must have been warmed.
  ///
  /// - Parameter gapSeconds: more where a slice is fast and slow by turns, so that the slow part is no gap.
  /// - Throws: `Trap` if Linux answers the victim's own split locks with a signal.
  init(
    _ victim: Victim, memory: VictimMemory, operand: UnsafeMutableRawPointer, ticksPerSecond: Double,
    gapSeconds: Double = VictimRunner.gapSeconds
  ) throws(Trap) {
    self.victim = victim
    self.memory = memory
    self.operand = operand
    gapTicks = UInt64(gapSeconds * ticksPerSecond)
    let goal = VictimRunner.quantumSeconds * ticksPerSecond
    let limit = memory.sizes.dram / 64
    while quantum * 2 <= limit, try Double(time(quantum)) < goal / 2 { quantum *= 2 }
  }

  /// Operations issued so far to find the quantum, at most.
  var issuedAtFirst: Int { 2 * quantum * victim.operationsPerCount }

  /// Touches what the victim reads, so that the caches hold what they can.
  static func warm(_ victim: Victim, memory: VictimMemory) {
    guard !victim.takesBusLocks, let operand = memory.operand(for: victim, count: 64) else { return }
    victim.function(operand, UInt64(min(64, memory.countsToWarm(victim))), nil)
    let counts = memory.countsToWarm(victim)
    if counts > 64 { victim.function(operand, UInt64(counts - 64), nil) }
  }

  private func time(_ count: Int) throws(Trap) -> UInt64 {
    let place = memory.operand(for: victim, count: count) ?? operand
    var timer = GuardedTimer()
    return try timer.time(victim.function, place, count: count, list: nil).ticks
  }

  /// Runs for `ticks` TSC ticks, at least one quantum.
  func run(ticks: UInt64) throws(Trap) -> Slice {
    let first = catomics_tsc()
    var quanta: [UInt64] = []
    quanta.reserveCapacity(1024)
    var now = first
    repeat {
      quanta.append(try time(quantum))
      now = catomics_tsc()
    } while now - first < ticks
    return slice(quanta, first, now)
  }

  func slice(_ quanta: [UInt64], _ first: UInt64, _ last: UInt64) -> Slice {
    let median = quanta.sorted()[quanta.count / 2]
    let limit = median + max(gapTicks, 2 * median)
    let kept = quanta.filter { $0 <= limit }
    let perQuantum = quantum * victim.operationsPerCount
    return Slice(
      issued: quanta.count * perQuantum, operations: kept.count * perQuantum, ticks: kept.reduce(0, +),
      gapTicks: quanta.reduce(0, +) - kept.reduce(0, +), firstTick: first, lastTick: last,
      gaps: quanta.count - kept.count)
  }
}

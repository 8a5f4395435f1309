import CAtomics
import LockKernels

/// A victim at work for a moment, and what ran beside it.
struct AggressedSlice {
  var victim: VictimRunner.Slice
  /// Nil beside an idle CPU.
  var aggression: Aggression.Report?

  /// Starts the aggressor, waits until it works, runs the victim, stops the aggressor.
  ///
  /// - Parameters:
  ///   - leadIn: TSC ticks for which the victim gets used to its surroundings, not counted.
  ///   - ticks: length in TSC ticks.
  ///   - period: TSC ticks between two operations of the aggressor; 0 is back to back.
  static func run(
    _ runner: VictimRunner, leadIn: UInt64, ticks: UInt64, _ aggressor: Aggressor, lines: OperandMemory,
    spot: Int, period: UInt64, on assistant: Assistant, splitOffset: Int
  ) -> AggressedSlice {
    func work() -> VictimRunner.Slice {
      _ = runner.run(ticks: leadIn)
      return runner.run(ticks: ticks)
    }
    guard let placement = aggressor.placement else { return AggressedSlice(victim: work()) }
    let operand = lines.address(placement, offset: placement.isSplit ? splitOffset : 0, spot: spot | 1)
    let aggression = Aggression(
      on: assistant, operand: operand, period: period, deadlineTicks: 4 * (leadIn + ticks))
    aggression.start()
    let slice = work()
    return AggressedSlice(victim: slice, aggression: aggression.stop())
  }

  /// Whether the aggressor worked on its CPU during the whole slice, its clock being ahead by `offset` ticks, give or take.
  func hasOverlapped(within error: Double, offset: Double) -> Bool {
    guard let aggression else { return true }
    guard aggression.wasOnItsCpu else { return false }
    let tolerance = error + Double(victim.lastTick - victim.firstTick) / 20
    return Double(aggression.firstTick) - offset <= Double(victim.firstTick) + tolerance
      && Double(aggression.lastTick) - offset >= Double(victim.lastTick) - tolerance
  }
}

/// One slice as a row of `slices.csv`.
public struct SliceSample: Sendable {
  /// Number of the row in `bystander.csv`, from 0.
  public var cell: Int
  public var round: Int
  /// `control` or `treated`.
  public var kind: String
  public var victimOperations: Int
  public var victimTicks: UInt64
  public var gaps: Int
  public var aggressorOperations: Int?
  public var aggressorTicks: UInt64?
  public var isDisturbed: Bool

  init(cell: Int, round: Int, kind: String, slice: AggressedSlice, isDisturbed: Bool) {
    self.cell = cell
    self.round = round
    self.kind = kind
    victimOperations = slice.victim.operations
    victimTicks = slice.victim.ticks
    gaps = slice.victim.gaps
    aggressorOperations = slice.aggression?.operations
    aggressorTicks = slice.aggression.map { $0.lastTick - $0.firstTick }
    self.isDisturbed = isDisturbed
  }
}

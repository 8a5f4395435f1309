import CAtomics
import LockKernels

/// A victim at work for a moment, and what ran beside it.
struct AggressedSlice {
  var victim: VictimRunner.Slice
  /// Operations of the victim, those of the lead-in included.
  var victimIssued: Int
  /// Nil beside an idle CPU.
  var aggression: Aggression.Report?

  /// What runs beside the victim.
  struct Beside {
    var assistant: Assistant
    var operand: UnsafeMutableRawPointer
    /// TSC ticks between two operations; 0 is back to back.
    var period: UInt64
  }

  /// Starts the aggressor, waits until it works, runs the victim, stops the aggressor.
  ///
  /// - Parameters:
  ///   - leadIn: TSC ticks for which the victim gets used to its surroundings, not counted.
  ///   - ticks: length in TSC ticks.
  ///   - beside: nil leaves the other CPU idle.
  static func run(
    _ runner: VictimRunner, leadIn: UInt64, ticks: UInt64, beside: Beside?
  ) throws -> AggressedSlice {
    let aggression = beside.map {
      Aggression(
        on: $0.assistant, operand: $0.operand, period: $0.period, deadlineTicks: 4 * (leadIn + ticks))
    }
    try aggression?.start()
    let outcome = Result { () throws(Trap) in
      (lead: try runner.run(ticks: leadIn), slice: try runner.run(ticks: ticks))
    }
    // Stopped whatever the victim met.
    let report = try aggression?.stop()
    let (lead, slice) = try outcome.get()
    return AggressedSlice(victim: slice, victimIssued: lead.issued + slice.issued, aggression: report)
  }

  /// Whether the aggressor worked on its CPU during the whole slice, its clock being ahead by `offset` ticks, give or take.
  ///
  /// - Parameter longestGap: TSC ticks between two of its operations that are no interruption.
  func hasOverlapped(within error: Double, offset: Double, longestGap: Double) -> Bool {
    guard let aggression else { return true }
    guard aggression.wasOnItsCpu, Double(aggression.longestGap) <= longestGap else { return false }
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
  public var gapTicks: UInt64
  public var aggressorOperations: Int?
  public var aggressorTicks: UInt64?
  public var longestGapTicks: UInt64?
  public var isDisturbed: Bool
  public var hasOverlapped: Bool

  init(
    cell: Int, round: Int, kind: String, slice: AggressedSlice, isDisturbed: Bool, hasOverlapped: Bool
  ) {
    self.cell = cell
    self.round = round
    self.kind = kind
    victimOperations = slice.victim.operations
    victimTicks = slice.victim.ticks
    gaps = slice.victim.gaps
    gapTicks = slice.victim.gapTicks
    aggressorOperations = slice.aggression?.operations
    aggressorTicks = slice.aggression.map { $0.lastTick - $0.firstTick }
    longestGapTicks = slice.aggression?.longestGap
    self.isDisturbed = isDisturbed
    self.hasOverlapped = hasOverlapped
  }
}

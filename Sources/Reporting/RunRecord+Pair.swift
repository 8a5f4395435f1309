import Machine
import Measurement

extension RunRecord {
  /// A pair of CPUs, as the topology has it and as it shows itself.
  public struct Pair: Codable, Sendable, Equatable {
    public var pair: RelatedPair
    public var relationSource: String
    /// Aligned one-way trip, TSC offset, and independent adds beside the other's over alone.
    public var check: PairCheck
    /// What a split lock costs on the aggressor's CPU, in TSC cycles.
    public var splitLockTscCycles: Double?
    public var pageSplitLockTscCycles: Double?
    public var contradiction: String?

    init(_ site: PairSite, relationSource: String, contradiction: String?) {
      pair = site.pair
      self.relationSource = relationSource
      check = site.check
      splitLockTscCycles = site.aggressorRamp.line.nativeTicks
      pageSplitLockTscCycles = site.aggressorRamp.page.nativeTicks
      self.contradiction = contradiction
    }
  }
}

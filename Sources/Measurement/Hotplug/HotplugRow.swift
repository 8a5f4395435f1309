import DetectionControl
import Machine

/// One CPU taken offline and brought back, and what became of its bit: a row of `hotplug.csv`.
public struct HotplugRow: Sendable {
  /// How the bit was when the CPU went.
  public enum Start: String, Sendable, CaseIterable {
    /// As Linux left it.
    case asFound = "as-found"
    /// Set or cleared by this run, contrary to that.
    case flipped
  }

  public var cpu: Int
  public var bit: DetectionBit.Kind
  public var start: Start
  /// Of the write that flipped it.
  public var write: ControlledMachine.WriteOutcome?
  public var bitBefore: Bool?
  public var bitAfter: Bool?
  /// The bit of an SMT sibling, before, while the CPU was offline, and behind.
  public var sibling: Int?
  public var siblingBits: [Bool?]
  /// What a split lock on the CPU met, before and behind.
  public var metBefore: SplitLockAnswer?
  public var metAfter: SplitLockAnswer?
  public var offline: ControlledMachine.WriteOutcome
  public var online: ControlledMachine.WriteOutcome
  public var offlineMs: Double
  public var onlineMs: Double

  /// Whether the bit came back as it went; nil where it was not read, or did not go.
  public var isKept: Bool? {
    guard offline == .took, online == .took, let bitBefore, let bitAfter else { return nil }
    return bitBefore == bitAfter
  }

  /// Whether Linux put its own value back: only a bit that was flipped tells.
  public var isInitialised: Bool? { start == .flipped ? isKept.map { !$0 } : nil }

  /// When it did.
  public enum Moment: String, Sendable { case offline, online }

  /// Nil where no sibling that shares the register could watch.
  public var initialisedWhen: Moment? {
    guard isInitialised == true, let bitBefore, siblingBits[0] == bitBefore, let meanwhile = siblingBits[1]
    else { return nil }
    return meanwhile == bitBefore ? .online : .offline
  }
}

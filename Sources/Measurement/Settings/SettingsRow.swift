import DetectionControl
import LockKernels
import Machine

/// What a tight loop of split locks met under one setting: a row of `settings.csv`.
public struct SettingsRow: Sendable {
  public var setting: Setting
  public var cpu: Int
  /// What of the setting the machine did not take; empty if all of it.
  public var failures: [String]
  public var roundCount: Int
  public var operations: Int
  /// Split locks a second of wall time, delays and traps included.
  public var throughput: Estimate?
  /// Operations that were neither trapped nor delayed, in ns: the median, of split and of aligned ones.
  public var splitNs: Double?
  public var alignedNs: Double?
  public var delayed: Int
  public var trapped: Int
  public var answer: TrapAnswer?
  /// Children, tried without a handler, and those that a signal ended.
  public var children: Int
  public var killed: Int
  public var logLines: Int?
  public var bitsSet: [Int]?
  /// The bystander's CPU, and the one that measures as the aggressor.
  public var bystander: RelatedPair?
  /// What the bystander does.
  public static let victim = SettingsBystander.victim
  /// The bystander beside split locks over beside aligned ones.
  public var slowdown: Estimate?
}

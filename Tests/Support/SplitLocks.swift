import Machine

/// Whether tests may take bus locks here.
public enum SplitLocks {
  /// Linux neither delays nor kills them.
  public static let areHarmless = DetectionPolicy(
    files: .live, processor: .ofThisMachine(), log: LinuxLog.detectionLines()
  ).leavesAlone
}

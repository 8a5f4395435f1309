import DetectionControl
import LockKernels
import Machine

/// What one CPU's bit, or its behaviour, did as another's was written: a row of `scope.csv`.
public struct ScopeRow: Sendable, Equatable {
  public enum Evidence: String, Sendable, CaseIterable {
    /// The register was read.
    case register
    /// A split lock was tried.
    case behaviour
  }

  public var bit: DetectionBit.Kind
  public var evidence: Evidence
  public var writtenCpu: Int
  public var cpu: Int
  public var relation: Relation
  public var write: ControlledMachine.WriteOutcome
  /// The bit of `cpu` before and behind the write.
  public var before: Bool?
  public var after: Bool?
  /// Whether two flips to and fro showed the same; a program that split-locks meanwhile lets Linux flip the bit, too.
  public var isSteady = true
  /// What a split lock on `cpu` met while only `writtenCpu` was written set.
  public var answer: SplitLockAnswer?

  /// Whether `cpu` went with the one that was written; nil where that cannot be told.
  public var followed: Bool? {
    guard write == .took else { return nil }
    switch evidence {
    case .register:
      guard isSteady, let before, let after else { return nil }
      return before != after
    case .behaviour: return answer.map { !$0.isNothing }
    }
  }
}

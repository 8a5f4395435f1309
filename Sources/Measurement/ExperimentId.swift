/// An experiment by name: that of its table, and the word of `--only`. Each declares its own beside its design.
public struct ExperimentId: Sendable {
  /// Of a plan: no round is begun after so many seconds, and so many rounds at most.
  public typealias Bounds = (seconds: Double, rounds: Int)

  public let rawValue: String
  public let question: String
  /// Whether it writes to the machine's registers, or makes Linux do, and so is done only with leave.
  public let changesMachine: Bool
  /// Its part of the locked time, beside those of the others in a run.
  let lockedPart: Double
  private let quick, standard, thorough: Bounds

  init(
    _ rawValue: String, _ question: String, changesMachine: Bool = false, lockedPart: Double, quick: Bounds,
    standard: Bounds, thorough: Bounds
  ) {
    (self.rawValue, self.question, self.changesMachine) = (rawValue, question, changesMachine)
    (self.lockedPart, self.quick, self.standard, self.thorough) = (lockedPart, quick, standard, thorough)
  }

  func bounds(_ plan: Plan.Name) -> Bounds {
    switch plan {
    case .quick: quick
    case .standard: standard
    case .thorough: thorough
    }
  }
}

extension ExperimentId: Hashable {
  public static func == (one: ExperimentId, other: ExperimentId) -> Bool { one.rawValue == other.rawValue }
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

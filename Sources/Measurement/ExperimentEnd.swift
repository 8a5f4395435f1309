/// How an experiment ended.
public enum ExperimentEnd: String, Sendable, Codable {
  case finished
  case interrupted
  /// The plan's wall time ran out before all rounds were done.
  case wallLimit = "wall-limit"
  /// A split lock took so long, for no known reason, that no more are issued.
  case unexplainedDelay = "unexplained-delay"

  /// Why a cell that was planned has no row in an experiment that finished.
  static let outOfBudget = "no share of the budget of locked time was left; raise --budget"
  static let outOfTime = "time ran out; choose a longer plan"
}

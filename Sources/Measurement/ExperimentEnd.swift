/// How an experiment ended.
public enum ExperimentEnd: String, Sendable, Codable {
  case finished
  case interrupted
  /// The plan's wall time ran out before all rounds were done.
  case wallLimit = "wall-limit"
  /// A split lock took so long, for no known reason, that no more are issued.
  case unexplainedDelay = "unexplained-delay"
}

import Comparison

extension Verdict {
  /// For files.
  var id: String { word.split(separator: " ").joined(separator: "-") }

  var reasonId: String? {
    guard case .undecided(let reason) = self else { return nil }
    return switch reason {
    case .fewRuns: "few-runs"
    case .roundsAgree: "rounds-agree"
    case .noRounds: "no-rounds"
    case .perhapsSmall: "perhaps-small"
    case .tooNoisy: "too-noisy"
    case .steps: "steps"
    }
  }

  /// How many runs a side would decide it, about.
  var runsNeeded: Int? {
    guard case .undecided(let reason) = self else { return nil }
    return switch reason {
    case .fewRuns: Rules.fewestRuns
    case .tooNoisy(let runs), .steps(let runs): runs
    case .roundsAgree, .noRounds, .perhapsSmall: nil
    }
  }
}

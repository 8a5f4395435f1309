import Measurement

/// Every experiment there is, in the order in which a run has them. A new one is named here, and nowhere else.
public enum Experiments {
  package static let all: [any ReportedExperiment.Type] = [
    CostExperiment.self, BystanderExperiment.self, PingPongExperiment.self, ScalingExperiment.self,
    TrapExperiment.self, GuestExperiment.self, ScopeExperiment.self, SettingsExperiment.self,
    HotplugExperiment.self, LeakExperiment.self, ToggleExperiment.self,
  ]

  /// Nil of a name that this SplitBench does not know.
  package static func type(of id: ExperimentId) -> (any ReportedExperiment.Type)? {
    all.first { $0.id == id }
  }
}

extension ExperimentId: CaseIterable, RawRepresentable {
  public static let allCases = Experiments.all.map { $0.id }

  /// Those that change nothing: a run without `--only`.
  public static let harmless = allCases.filter { !$0.changesMachine }

  public init?(rawValue: String) {
    guard let id = ExperimentId.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = id
  }
}

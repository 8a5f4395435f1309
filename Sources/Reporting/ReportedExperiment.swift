import Machine
import Measurement

/// An experiment with a table in the results, and perhaps something to say in the record.
public protocol ReportedExperiment: CoursedExperiment {
  associatedtype Row
  static var table: WritableKeyPath<RunResults, [Row]> { get }
  /// What was found so far.
  func rows() -> [Row]
  /// Puts the rows, and those of a table beside its own, into the results.
  func put(_ rows: [Row], into results: inout RunResults)
  /// Writes down what only this experiment finds out, beside what all have alike.
  func note(_ rows: [Row], in record: inout RunRecord)
}

extension ReportedExperiment {
  public func put(_ rows: [Row], into results: inout RunResults) { results[keyPath: Self.table] = rows }
  public func note(_ rows: [Row], in record: inout RunRecord) {}
}

extension PingPongExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [PingPongRow]> { \.pingpong }
  public func note(_ rows: [PingPongRow], in record: inout RunRecord) { record.add(sites) }
}

extension BystanderExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [BystanderRow]> { \.bystander }
  public func note(_ rows: [BystanderRow], in record: inout RunRecord) {
    record.add(sites)
    record.victimMemory = victimSizes
    record.doseCurves = doseCurves(rows)
  }
}

extension ScalingExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [ScalingRow]> { \.scaling }
}

extension TrapExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [TrapRow]> { \.trap }
  public func note(_ rows: [TrapRow], in record: inout RunRecord) {
    record.disagreements = disagreements.map { .init(what: "CPU \($0.cpu)", reason: $0.what) }
    record.judgedPolicy = judgedPolicy
    record.dutyCycles = dutyCycles.isEmpty ? nil : dutyCycles
  }
}

extension GuestExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [GuestRow]> { \.guest }
  public func note(_ rows: [GuestRow], in record: inout RunRecord) {
    record.untestedOnHardware = rows.isEmpty ? nil : GuestExperiment.untestedOnHardware
  }
}

extension ScopeExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [ScopeRow]> { \.scope }
  public func note(_ rows: [ScopeRow], in record: inout RunRecord) { record.scopes = findings }
}

extension SettingsExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [SettingsRow]> { \.settings }
  public func put(_ rows: [SettingsRow], into results: inout RunResults) {
    (results.settings, results.settingsCost) = (rows, costRows())
  }
}

extension HotplugExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [HotplugRow]> { \.hotplug }
}

extension LeakExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [LeakRow]> { \.leak }
}

extension ToggleExperiment: ReportedExperiment {
  public static var table: WritableKeyPath<RunResults, [ToggleRow]> { \.toggle }
}

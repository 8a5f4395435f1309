import Measurement
import Reporting

/// An experiment with its design.
protocol PlannedExperiment {
  var id: ExperimentId { get }
  /// What it changes of the machine; nil if nothing.
  var change: (any MachineChange)? { get }
  func describe(in overview: inout RunOverview)
  func run(on bench: Bench, _ recorder: inout Recorder) throws -> ExperimentEnd
}

/// - Returns: nil where it cannot be done here; the request has the reason.
func plannedExperiment<E: ReportedExperiment>(
  _ experiment: E.Type, for request: inout RunRequest
) throws -> (any PlannedExperiment)? {
  try E.design(for: &request).map { Planned<E>(design: $0) }
}

private struct Planned<E: ReportedExperiment>: PlannedExperiment {
  let design: E.Design

  var id: ExperimentId { E.id }
  var change: (any MachineChange)? { design as? any MachineChange }

  func describe(in overview: inout RunOverview) { E.describe(design, in: &overview) }

  func run(on bench: Bench, _ recorder: inout Recorder) throws -> ExperimentEnd {
    let experiment = try E(design, on: bench)
    try experiment.run(
      progress: { recorder.advanced($0) }, finishedRound: { try recorder.finishedRound($0) })
    try recorder.take(experiment)
    return experiment.end
  }
}

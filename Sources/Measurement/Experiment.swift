/// One kind of measurement: designed for what a person asked for, run, and able to say how far it came.
public protocol Experiment: AnyObject {
  /// Which CPUs, what on them, how often, within which bounds.
  associatedtype Design: Sendable
  static var id: ExperimentId { get }

  /// What it will do.
  ///
  /// - Returns: nil where it cannot be done here; the request then has the reason.
  static func design(for request: inout RunRequest) throws -> Design?

  init(_ design: Design, on bench: Bench) throws

  /// Measures until all is done, the budget or the time is spent, or the user interrupts.
  ///
  /// - Parameter finishedRound: called behind each round, if it has such: its rows can be had by then.
  func run(progress: (Progress) -> Void, finishedRound: (Self) throws -> Void) throws

  var end: ExperimentEnd { get }
  /// What was not measured, with the reason.
  var skipped: [(what: String, reason: String)] { get }
  var budget: BusBudget { get }
  var clock: TscClock { get }
  var warnings: [RunWarning] { get }
}

/// An experiment that keeps a course.
public protocol CoursedExperiment: Experiment {
  var course: ExperimentCourse { get }
}

extension CoursedExperiment {
  public var end: ExperimentEnd { course.end }
  public var skipped: [(what: String, reason: String)] { course.skipped }
  public var budget: BusBudget { course.budget }
}

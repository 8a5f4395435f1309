import Measurement

/// An experiment with tables in the results, and something to say in the record, the summary and comparisons.
package protocol ReportedExperiment: Experiment, SendableMetatype {
  /// Of the table that has the experiment's name.
  associatedtype Row: Sendable

  /// Its files: that of its name first, then those beside it.
  static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable]
  /// What `summary.md` and the terminal say of it.
  static func sections(_ summary: Summary) -> [Summary.Section]
  /// What of its tables can be compared between machines.
  static var compared: [ComparedTable] { get }
  /// Tells what a run of this design would measure.
  static func describe(_ design: Design, in overview: inout RunOverview)

  /// What was found so far.
  func rows() -> [Row]
  /// Puts the rows of tables beside its own into the results.
  func addMore(to results: inout RunResults)
  /// Writes down what only this experiment finds out, beside what all have alike.
  func note(_ rows: [Row], in record: inout RunRecord)
  /// Appends what the last round gave to files that grow.
  func append(to folder: inout RunFolder) throws
}

extension ReportedExperiment {
  package static func describe(_ design: Design, in overview: inout RunOverview) {}
  package func addMore(to results: inout RunResults) {}
  package func note(_ rows: [Row], in record: inout RunRecord) {}
  package func append(to folder: inout RunFolder) throws {}
}

/// What columns say of the run and of its machine.
package struct TableNames {
  /// Name of the result folder.
  package var run = ""
  /// See `MachineReport`.
  package var relationSource = ""
}

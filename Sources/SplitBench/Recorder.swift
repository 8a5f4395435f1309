import CHost
import Measurement
import Reporting

/// Puts every round's raw timings on disk as it ends, the summary once in a while, and the bar on the screen in between.
struct Recorder {
  var folder: RunFolder
  var record: RunRecord
  var bar: ProgressBar
  private(set) var results = RunResults()
  private var nextSave = 0.0
  private let start = chost_monotonic_raw_ns()

  init(folder: RunFolder, record: RunRecord, bar: ProgressBar) {
    self.folder = folder
    self.record = record
    self.bar = bar
  }

  private var elapsed: Double { Double(chost_monotonic_raw_ns() - start) / 1e9 }

  mutating func advanced(_ progress: Progress) { bar.show(progress, at: elapsed) }

  mutating func save() throws { try folder.write(record, results) }

  // MARK: Experiments

  mutating func finishedRound(_ experiment: some ReportedExperiment) throws {
    try experiment.append(to: &folder)
    try take(experiment, unlessRecent: true)
  }

  mutating func take<E: ReportedExperiment>(_ experiment: E, unlessRecent: Bool = false) throws {
    let isFirst = record.ends[E.id.rawValue] == nil
    try sumUp(unlessRecent, isFirst: isFirst) {
      let rows = experiment.rows()
      $0.record.update(from: experiment, rows)
      $0.results[E.id.rawValue] = rows
      experiment.addMore(to: &$0.results)
    }
  }

  /// Rounds of a few cells take a millisecond: to sum up after each would take longer than to measure. So the next time
  /// comes no sooner than a second, nor than ten times as long as this one took.
  private mutating func sumUp(
    _ unlessRecent: Bool, isFirst: Bool, _ update: (inout Recorder) throws -> Void
  ) throws {
    let began = elapsed
    guard !unlessRecent || isFirst || began >= nextSave else { return }
    try update(&self)
    try save()
    nextSave = elapsed + max(1, 10 * (elapsed - began))
  }
}

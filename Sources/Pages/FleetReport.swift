import Comparison
import Fleet
import Measurement
import Reporting
import StoredRuns

/// A page about many machines: kinds of them, which is fast, which of a kind is unlike the others.
public struct FleetReport {
  private let fleet: Fleet
  private let runs: [StoredRun]
  private let unread: [ReadFailure]

  /// Reads of the runs what a fleet is judged by.
  ///
  /// - Parameters:
  ///   - runs: at least one.
  ///   - unread: why others could not be read.
  public init(_ runs: [StoredRun], unread: [ReadFailure] = []) throws(ReadFailure) {
    precondition(!runs.isEmpty)
    (self.runs, self.unread) = (runs, unread)
    fleet = try Fleet(runs)
  }

  /// So many machines side by side are the most that a reader follows.
  public static func suits(_ runs: [StoredRun]) -> Bool {
    FleetMachines(runs).machines.count > mostSideBySide
  }

  private static let mostSideBySide = 12

  public var html: String {
    HtmlPage(title: title, subtitle: subtitle, generator: "Made by splitbench report", sections: sections)
      .html
  }

  public var markdown: String { MarkdownPage(title: title, subtitle: subtitle, sections: sections).text }

  private var title: String {
    "\(Decimal.count(runs.count, "run")) of \(Decimal.count(fleet.machines.count, "machine"))"
  }

  private var subtitle: String {
    let times = runs.map(\.record.startedUtc)
    return
      "\(Decimal.count(fleet.groups.count, "kind")) of machine, \(RunLabels.time(times.min()!)) to \(RunLabels.time(times.max()!)) UTC"
  }

  private var sections: [PageSection] {
    let names = FleetNames(fleet.groups)
    let parts = [
      FleetGroupSection.make(fleet, names), FleetRankingSection.make(fleet, names),
      FleetOutlierSection.make(fleet, runs, names), FleetCensusSection.make(fleet),
    ]
    var summary = PageSection(SummarySection.id, "Summary")
    summary.words = [parts.flatMap(\.findings).joined(separator: " ")]
    return [summary] + parts + UnreadSection.make(unread)
  }
}

import Measurement
import Reporting
import StoredRuns

/// A page about one run, or about several side by side.
public struct Report {
  private let runs: [PageRun]
  private let sections: [PageSection]

  /// Reads the tables of the runs.
  ///
  /// - Parameters:
  ///   - runs: at least one.
  ///   - unread: why others could not be read.
  public init(_ runs: [StoredRun], unread: [ReadFailure] = []) throws(ReadFailure) {
    precondition(!runs.isEmpty)
    self.runs = try PageRun.read(runs)
    sections = try Sections.make(self.runs) + UnreadSection.make(unread)
  }

  /// One file of HTML that needs no other.
  public var html: String {
    HtmlPage(
      title: title, subtitle: subtitle,
      generator: "Made by splitbench report", sections: sections
    ).html
  }

  /// What of it belongs into a forum post or an issue.
  public var markdown: String { MarkdownPage(title: title, subtitle: subtitle, sections: sections).text }

  private var title: String {
    let machines = Set(runs.map(\.machine)).count
    guard runs.count == 1 else {
      return "\(Decimal.count(runs.count, "run")) of \(Decimal.count(machines, "machine"))"
    }
    return runs[0].record.machine.processor.brand
  }

  private var subtitle: String {
    guard runs.count == 1 else { return Words.list(runs.map(\.machine).distinct) }
    let record = runs[0].record
    let (processor, linux) = (record.machine.processor, record.machine.linux)
    return [
      "Family \(processor.family), model \(processor.model), stepping \(processor.stepping)",
      processor.hypervisor.map { "guest of \($0)" }, "Linux \(linux.release)",
      "split-lock policy \(runs[0].mode)", record.label, RunLabels.time(record.startedUtc) + " UTC",
    ].compactMap { $0 }.joined(separator: ", ")
  }
}

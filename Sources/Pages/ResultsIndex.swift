import Machine
import Measurement
import StoredRuns
import SystemPackage

/// A page that lists runs: a row each, with its headline figures and links to its files.
public struct ResultsIndex {
  private let runs: [PageRun]
  private let unread: [ReadFailure]
  private let folder: FilePath

  /// - Parameters:
  ///   - runs: at least one.
  ///   - unread: why others could not be read.
  ///   - folder: where the page will lie, from which the links begin.
  public init(_ runs: [StoredRun], unread: [ReadFailure] = [], in folder: FilePath) throws(ReadFailure) {
    precondition(!runs.isEmpty)
    self.unread = unread
    self.runs = try PageRun.read(runs)
    self.folder = folder.resolved
  }

  public var html: String {
    let machines = Set(runs.map(\.machine)).count
    var sections = [list]
    var cost = PageSection("cost", "Cost of an operation")
    cost.figures = [CostOfRuns(runs: runs).ladder].compactMap { $0 }
    if !cost.figures.isEmpty { sections.append(cost) }
    sections += UnreadSection.make(unread)
    return HtmlPage(
      title: "Results",
      subtitle: "\(Decimal.count(runs.count, "run")) of \(Decimal.count(machines, "machine"))",
      generator: "Made by splitbench report --index", sections: sections
    ).html
  }

  private var list: PageSection {
    var section = PageSection("runs", "Runs")
    section.words = [RunTable.words]
    section.tables = [RunTable.make(RunGroup.each(runs), links: runs.map(links))]
    return section
  }

  private func links(_ run: PageRun) -> [PageTable.Link] {
    let base = RelativePath(from: folder, to: run.stored.path.resolved)
    let tables = ExperimentId.allCases.map(\.rawValue).filter(run.stored.has).map { "\($0).csv" }
    // Copies for other people have no summary.
    let summary = FileTree(root: run.stored.path).exists("summary.md") ? ["summary.md"] : []
    return (summary + ["run.json"] + tables).map {
      PageTable.Link(name: $0, href: base.reference(to: $0))
    }
  }
}

/// A path between two folders, as a link has it.
struct RelativePath {
  private let names: [String]

  /// - Parameters: absolute, without links and dots.
  init(from folder: FilePath, to target: FilePath) {
    let (start, end) = (folder.components.map(\.string), target.components.map(\.string))
    let common = zip(start, end).prefix { $0 == $1 }.count
    names = Array(repeating: "..", count: start.count - common) + end.dropFirst(common)
  }

  func reference(to file: String) -> String {
    (names + [file]).map(FigureData.percentEncoded).joined(separator: "/")
  }
}

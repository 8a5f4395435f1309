/// How the runs of a page look in its plots: each has a look of its own while there are looks enough; beyond, those of a machine
/// look alike, or those of a boot mode, and their names stand in the tips of their points alone.
struct RunStyles {
  private let names: [String]
  private let group: (PageRun) -> String

  /// - Parameter runs: all of the page, so that a run looks alike in all plots.
  init(_ runs: [PageRun]) {
    let groups: [(PageRun) -> String] = [\.label, \.machine, \.mode]
    // A group that holds all runs tells nothing of them, unless no other is left.
    group =
      groups.first { (2...SeriesStyle.count).contains(Set(runs.map($0)).count) } ?? { _ in "a run each" }
    names = runs.map(group).distinct
  }

  func style(_ run: PageRun) -> SeriesStyle { SeriesStyle(names.firstIndex(of: group(run)) ?? 0) }

  /// - Parameter shown: the runs of one plot.
  func legend(_ shown: [PageRun], line: Bool = true, marker: Bool = true) -> [Key] {
    let groups = Set(shown.map(group))
    return names.enumerated().filter { groups.contains($1) }.map {
      Key(SeriesStyle($0), $1, line: line, marker: marker)
    }
  }
}

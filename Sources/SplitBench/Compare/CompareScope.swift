import ArgumentParser
import Comparison
import Fleet
import Measurement
import Reporting

/// What is compared, and by which rules.
struct CompareScope: ParsableArguments {
  @Argument(help: "Result folders, or folders of them.", completion: .directory)
  var paths: [String]

  @Option(help: "Experiments to compare, separated by commas. All that the runs have.")
  var only: CommaList<ExperimentId>?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Cells to compare, by the columns that describe them: instruction=xadd,width_bytes=8. A column that is given twice may have either value.",
      valueName: "column=value,..."))
  var filter: CellFilter?

  @Option(
    help: ArgumentHelp("Columns by whose values cells are grouped for geometric means.", valueName: "columns")
  )
  var by = "locked,placement,setting,part"

  @Option(help: ArgumentHelp("Differences up to this do not matter.", valueName: "percent"))
  var threshold = Percentage(share: 0.02)

  @Option(help: "The share of comparisons without a difference in which one may be claimed.")
  var alpha = 0.05

  @Flag(
    help:
      "Bound the share of false claims among the claims (Benjamini and Hochberg), not the chance of any (Holm)."
  )
  var fdr = false

  func validate() throws {
    if paths.isEmpty { throw ValidationError("name the result folders to compare") }
    guard alpha > 0, alpha <= 0.5 else { throw ValidationError("--alpha is a share above 0, at most 0.5") }
    let chosen = ComparedTable.columns(of: experiments)
    let unknown =
      (filter?.wanted.keys.filter { !chosen.contains($0) }.sorted() ?? [])
      + columns.filter { !ComparedTable.columns(of: ExperimentId.allCases).contains($0) }
    if let first = unknown.first {
      throw ValidationError(
        "no column '\(first)' describes a cell: choose from \(chosen.joined(separator: ", "))")
    }
  }

  var experiments: [ExperimentId] { only?.elements ?? ExperimentId.allCases }

  /// Whether what a fleet is ranked by is asked for.
  var hasFleetMetrics: Bool { FleetMetric.tables.isSubset(of: experiments.map(\.rawValue)) }

  var columns: [String] { by.split(separator: ",").map(String.init) }

  var rules: Rules {
    Rules(alpha: alpha, threshold: threshold.share, adjustment: fdr ? .benjaminiHochberg : .holm)
  }

  func cells(of sides: [Side], usesRounds: Bool) throws -> MatchedCells {
    let matched = try MatchedCells(
      sides, experiments: experiments, filter: filter ?? CellFilter(), usesRounds: usesRounds)
    guard matched.compared.isEmpty, matched.answered.isEmpty else { return matched }
    let found =
      matched.unmatched.isEmpty
      ? "no cell of that kind was measured" : "\(matched.unmatched.count) cells, none measured by both"
    throw CannotCompare(
      "\(sides.map(\.name).joined(separator: ", ")): \(found)",
      remedy: "choose runs of the same experiments, or leave --only and --where out")
  }
}

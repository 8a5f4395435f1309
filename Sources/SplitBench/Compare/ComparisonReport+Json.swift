import Comparison
import Measurement
import Reporting

/// A comparison as one JSON document.
extension ComparisonReport {
  func json() throws -> String { try Json.text(Document(self)) }

  private struct Document: Encodable {
    let rules: RulesJson
    let tests: Int
    let sides: [SideJson]
    let differences: [MachineDifference]
    let notes: [String]
    let comparisons: [PairJson]
    let onlyOneSide: [CellJson]
    /// Cells of which two sides or more say in words what operations met, and those where they differ.
    let answeredCells: Int
    let differentAnswers: [CellJson]
    let fingerprint: [Fingerprint.Section]
    let fleet: FleetJson?

    init(_ report: ComparisonReport) {
      rules = RulesJson(report.comparison.rules)
      tests = report.comparison.tests
      sides = report.sides.map { side in
        SideJson(side, check: report.selfChecks.first { $0.side.letter == side.letter }?.check)
      }
      differences = report.differences
      notes = report.notes
      comparisons = report.comparison.pairs.indices.map { PairJson(report, $0) }
      onlyOneSide = report.matched.unmatched.map { CellJson($0, measuredBy: report.sides) }
      answeredCells = report.matched.answered.count
      differentAnswers = report.matched.differentAnswers.map { CellJson($0, answersOf: report.sides) }
      fingerprint = report.fingerprint.sections
      fleet = report.fleet.map(FleetJson.init)
    }
  }

  private struct PairJson: Encodable {
    let first: String
    let second: String
    let basis: String
    let groups: [GroupJson]
    let cells: [CellJson]
    let detectableInHalfOfTheCells: Double?
    let detectableInNineOfTen: Double?

    init(_ report: ComparisonReport, _ index: Int) {
      let pair = report.comparison.pairs[index]
      first = report.sides[0].letter
      second = report.sides[index + 1].letter
      basis =
        switch pair.basis {
        case .runs: "runs"
        case .rounds: "rounds"
        case .nothing: "nothing"
        }
      groups = report.groups.compactMap { group in
        report.comparison.groupMean(of: group.cells, pair: index).map { mean in
          GroupJson(
            group: group.name, cells: mean.cells, ratio: mean.ratio.value, ratioLow: mean.ratio.low,
            ratioHigh: mean.ratio.high)
        }
      }
      cells = zip(report.matched.compared, pair.cells).compactMap { cell, result in
        result.map { CellJson(cell, $0) }
      }
      detectableInHalfOfTheCells = pair.detectable?.inHalf
      detectableInNineOfTen = pair.detectable?.inMost
    }
  }

  private struct GroupJson: Encodable {
    let group: String
    let cells: Int
    let ratio: Double
    let ratioLow: Double?
    let ratioHigh: Double?
  }
}

/// The rules of a comparison in JSON.
struct RulesJson: Encodable {
  let alpha: Double
  let threshold: Double
  let adjustment: String
  let power = Rules.power

  init(_ rules: Rules) {
    alpha = rules.alpha
    threshold = rules.threshold
    adjustment = rules.adjustment.rawValue
  }
}

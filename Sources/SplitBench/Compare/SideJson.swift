import Comparison

/// A side, and what splitting its runs showed, in JSON.
struct SideJson: Encodable {
  private let side: String
  private let foundIn: String
  private let processor: String
  private let hypervisor: String?
  private let runs: [String]
  private let selfCheck: SelfCheckJson?

  init(_ side: Side, check: SelfCheck?) {
    self.side = side.letter
    foundIn = side.name
    processor = side.machine.processor.brand
    hypervisor = side.machine.processor.hypervisor
    runs = side.runs.map(\.name)
    selfCheck = check.map(SelfCheckJson.init)
  }
}

/// What splitting a side's runs showed, in JSON.
private struct SelfCheckJson: Encodable {
  let runsASide: Int
  let splits: Int
  let falseClaims: Int
  let cellRate: Double
  let driftingCells: Int
  let detectableInHalfOfTheCells: Double
  let detectableInNineOfTen: Double

  init(_ check: SelfCheck) {
    runsASide = check.runsASide
    splits = check.splits
    falseClaims = check.falseClaims
    cellRate = check.cellRate
    driftingCells = check.driftingCells
    detectableInHalfOfTheCells = check.detectable.inHalf
    detectableInNineOfTen = check.detectable.inMost
  }
}

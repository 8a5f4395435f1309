import Measurement

/// What comparing a machine with itself would say: its separate runs are split into halves, over and over, and every
/// difference that is found is false.
public struct SelfCheck: Sendable, Equatable {
  /// All runs.
  public var runs: Int
  /// Those of each half.
  public var runsASide: Int
  /// Different splits that were tried.
  public var splits: Int
  /// Those of them in which at least one cell seemed to differ, p adjusted to all cells.
  public var falseClaims: Int
  /// Share of cells, over all splits, whose p by itself lies at or below alpha.
  public var cellRate: Double
  /// Cells that seem to differ between the earlier half of the runs and the later: more than none is drift.
  public var driftingCells: Int
  /// The smallest differences that two sides of as many runs as these would find.
  public var detectable: Detectable

  /// With fewer runs a half would have fewer than three.
  public static let fewestRuns = 2 * Rules.fewestRuns

  /// - Parameters:
  ///   - logs: runs in the order of time.
  ///   - most: splits at most.
  init?(_ logs: RunLogs, families: [[Int]], rules: Rules, most: Int = 200, seed: UInt64 = 1) {
    let sides = RunTests.tests(ofSidesLike: logs)
    guard logs.runs >= SelfCheck.fewestRuns,
      let detectable = Detectable(sides, rules, tests: sides.count)
    else { return nil }
    self.detectable = detectable
    runs = logs.runs
    let size = logs.runs / 2
    runsASide = size
    func p(_ first: [Int], _ second: [Int]) -> [Double] {
      RunTests.tests(logs.choosing(first), logs.choosing(second), families: families)
        .compactMap { $0?.pWhereItMatters }
    }
    func claims(_ p: [Double]) -> Int { rules.adjustment.adjusted(p).count { $0 <= rules.alpha } }

    driftingCells = claims(p(Array(0..<size), Array(logs.runs - size..<logs.runs)))
    let splits = SelfCheck.splits(of: logs.runs, most: most, seed: seed)
    self.splits = splits.count
    var (falseClaims, low, all) = (0, 0, 0)
    for split in splits {
      let p = p(split.first, split.second)
      falseClaims += claims(p) > 0 ? 1 : 0
      low += p.count { $0 <= rules.alpha }
      all += p.count
    }
    self.falseClaims = falseClaims
    cellRate = all > 0 ? Double(low) / Double(all) : 0
  }

  /// Whether there are more false claims than alpha allows, and three standard errors of so many draws. The splits have runs in
  /// common, which makes a little more chance than that.
  public func claimsTooOften(_ rules: Rules) -> Bool {
    let expected = rules.alpha * Double(splits)
    return Double(falseClaims) > expected + 3 * (expected * (1 - rules.alpha)).squareRoot()
  }

  struct Split: Hashable {
    var first: [Int]
    var second: [Int]
  }

  /// Different random splits into halves, one run left out where their number is odd; all of them where there are few.
  static func splits(of runs: Int, most: Int, seed: UInt64) -> [Split] {
    var random = SeededGenerator(seed: seed)
    var found: [Split] = []
    var known: Set<Split> = []
    // Six runs have ten splits: so many tries find them all, and hundreds of a larger number.
    for _ in 0..<4 * most where found.count < most {
      let order = (0..<runs).shuffled(using: &random)
      let halves = [order[..<(runs / 2)].sorted(), order[(runs - runs / 2)...].sorted()]
        .sorted { $0[0] < $1[0] }
      let split = Split(first: halves[0], second: halves[1])
      if known.insert(split).inserted { found.append(split) }
    }
    return found
  }
}

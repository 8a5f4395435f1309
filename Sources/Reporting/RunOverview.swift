import LockKernels
import Machine
import Measurement

/// What a run would measure, for `--dry-run`.
public struct RunOverview: Encodable {
  public struct Line: Encodable {
    public var instruction: String
    public var widthBytes: Int
    public var locked: Bool
    public var placement: String
    public var offsetsBytes: [Int]
    public var lineState: String
    public var between: String
    public var cpu: Int
  }

  /// What one experiment may take.
  public struct Share: Encodable {
    public var experiment: String
    public var seconds: Int
    public var lockedSeconds: Double
  }

  public var shares: [Share]
  public var plan: String
  public var experiments: [String]
  public var rounds: Int
  public var mostRounds: Int
  public var budgetSeconds: Double
  public var wallLimitSeconds: Double
  public var seed: UInt64
  public var cells = 0
  public var cellsThatSplit = 0
  public var lines: [Line] = []
  /// Pairs of CPUs of `pingpong` and `bystander`.
  public var pairs: [RelatedPair] = []
  public var victims: [String] = []
  public var bystanderCells = 0
  /// Numbers of offenders of `scaling`.
  public var offenders: [Int] = []
  public var skipped: [RunRecord.Skipped]

  /// Of experiments that have not described themselves yet.
  package init(plan: Plan, experiments: [ExperimentId], seed: UInt64, skipped: [RunRecord.Skipped]) {
    self.plan = plan.name.rawValue
    self.experiments = experiments.map(\.rawValue)
    shares = experiments.map {
      let share = plan.share(of: $0, among: experiments)
      return Share(experiment: $0.rawValue, seconds: Int(share.wallLimit), lockedSeconds: share.budget)
    }
    rounds = plan.rounds
    mostRounds = plan.mostRounds
    budgetSeconds = plan.budget
    wallLimitSeconds = experiments.reduce(0) { $0 + plan.share(of: $1, among: experiments).wallLimit }
    self.seed = seed
    self.skipped = skipped
  }

  /// Adds the cells of `cost`, those that differ by offset alone on one line.
  mutating func describe(_ cells: [Cell]) {
    self.cells = cells.count
    cellsThatSplit = cells.count { $0.takesBusLock }
    var order: [Cell] = []
    var offsets: [Cell: [Int]] = [:]
    for cell in cells {
      var key = cell
      key.offset = 0
      if offsets[key] == nil { order.append(key) }
      offsets[key, default: []].append(cell.offset)
    }
    lines = order.map { key in
      Line(
        instruction: key.kernel.instruction.rawValue, widthBytes: key.kernel.widthBytes,
        locked: key.kernel.isLocked, placement: key.placement.rawValue,
        offsetsBytes: offsets[key]!.sorted(), lineState: key.lineState.rawValue,
        between: key.between.rawValue, cpu: key.cpu)
    }
  }

  public var text: String {
    let skips = skipped.map { "skipped: \($0.what): \($0.reason)\n" }.joined()
    return [cellTable, pairTable].compactMap { $0 }.map { $0 + "\n" }.joined() + contention + skips
      + shares.map {
        "\($0.experiment): at most \($0.seconds) s, \(Decimal.significant($0.lockedSeconds, 3)) s of locked time\n"
      }
      .joined()
      + (cells > 0
        ? "cost: \(cells) cells, \(cellsThatSplit) of them split locks; \(rounds) to \(mostRounds) rounds\n"
        : "")
      + "in all at most \(Decimal.significant(budgetSeconds, 3)) s of locked time and \(Int(wallLimitSeconds)) s; seed"
      + " \(seed)\n"
  }

  private var cellTable: String? {
    guard !lines.isEmpty else { return nil }
    var table = TextTable(columns: [
      "instruction", "width", "locked", "placement", "offsets", "line state", "between", "CPU",
    ])
    table.rows = lines.map {
      [
        $0.instruction, "\($0.widthBytes)", $0.locked ? "yes" : "no", $0.placement,
        $0.offsetsBytes.map(String.init).joined(separator: ","), $0.lineState, $0.between, "\($0.cpu)",
      ]
    }
    return table.leftAligned
  }

  /// So many pairs are shown: all pairs of a large machine are more than anyone reads.
  private static let mostPairs = 40

  private var pairTable: String? {
    guard !pairs.isEmpty else { return nil }
    var table = TextTable(columns: ["relation", "victim CPU", "aggressor CPU", "core kinds", "NUMA distance"])
    table.rows = pairs.prefix(RunOverview.mostPairs).map {
      [
        $0.relation.rawValue, "\($0.victim)", "\($0.aggressor)",
        "\($0.victimKind.rawValue) beside \($0.aggressorKind.rawValue)",
        $0.numaDistance.map(String.init) ?? "-",
      ]
    }
    let more = pairs.count - RunOverview.mostPairs
    return table.leftAligned + (more > 0 ? "and \(more) pairs more, see --json\n" : "")
  }

  private var contention: String {
    (victims.isEmpty
      ? ""
      : "bystander: \(victims.joined(separator: ", ")), \(bystanderCells) cells over \(Decimal.count(pairs.count, "pair"))\n")
      + (offenders.isEmpty
        ? "" : "scaling: \(offenders.map(String.init).joined(separator: ", ")) offenders\n")
  }
}

import LockKernels
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

  public var plan: String
  public var rounds: Int
  public var mostRounds: Int
  public var budgetSeconds: Double
  public var wallLimitSeconds: Double
  public var seed: UInt64
  public var cells: Int
  public var cellsThatSplit: Int
  public var lines: [Line]
  public var skipped: [RunRecord.Skipped]

  public init(plan: Plan, cells: [Cell], cpus: [Int], seed: UInt64, skipped: [RunRecord.Skipped]) {
    self.plan = plan.name.rawValue
    rounds = plan.rounds
    mostRounds = plan.mostRounds
    budgetSeconds = plan.budget
    wallLimitSeconds = plan.wallLimit
    self.seed = seed
    self.skipped = skipped
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
    var table = TextTable(columns: [
      "instruction", "width", "locked", "placement", "offsets", "line state", "between", "CPU",
    ])
    table.rows = lines.map {
      [
        $0.instruction, "\($0.widthBytes)", $0.locked ? "yes" : "no", $0.placement,
        $0.offsetsBytes.map(String.init).joined(separator: ","), $0.lineState, $0.between, "\($0.cpu)",
      ]
    }
    let skips = skipped.map { "skipped: \($0.what): \($0.reason)\n" }.joined()
    return table.leftAligned + skips
      + "\(cells) cells, \(cellsThatSplit) of them split locks; \(rounds) to \(mostRounds) rounds, at most"
      + " \(Decimal.significant(budgetSeconds, 3)) s of locked time and \(Int(wallLimitSeconds)) s in all; seed \(seed)\n"
  }
}

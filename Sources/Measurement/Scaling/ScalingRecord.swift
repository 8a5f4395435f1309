import LockKernels

/// All that a run knows of one number of offenders in one arrangement.
public struct ScalingRecord: Sendable {
  public let cell: ScalingCell
  public private(set) var rounds: [Round] = []
  /// Measurements after which an operand did not hold the sum of the operations issued.
  public private(set) var wrongSums = 0
  public private(set) var reads = 0
  /// Values read whose halves were not of one time.
  public private(set) var tornReads = 0
  public private(set) var operations = 0
  /// Measurements left out, since the threads did not begin and end together.
  public private(set) var apart = 0
  public private(set) var trap: Trap?

  public struct Round: Sendable {
    /// Operations of each offender in a second, those of the readers left out.
    public var rates: [Double]
    public var total: Double { rates.reduce(0, +) }
    /// Of `mixed`: of those that split.
    public var splitRates: [Double]
  }

  init(_ cell: ScalingCell) { self.cell = cell }

  mutating func add(_ outcome: ScalingOutcome) {
    if let trap = outcome.trap { self.trap = trap }
    operations += outcome.operations.reduce(0, +)
    if !outcome.isSumRight { wrongSums += 1 }
    reads += outcome.reads
    tornReads += outcome.tornReads
    guard outcome.isTogether else {
      apart += 1
      return
    }
    guard outcome.trap == nil, outcome.seconds.allSatisfy({ $0 > 0 }) else { return }
    let rates = zip(outcome.operations, outcome.seconds).map { Double($0) / $1 }
    let split = zip(rates, outcome.splits).filter(\.1).map(\.0)
    rounds.append(Round(rates: rates, splitRates: split))
  }

  /// Operations a second of all together.
  public var throughput: Estimate? { Estimate(rounds: rounds.map(\.total)) }

  /// Of `mixed`: operations a second of those that split, of all together.
  public var splitThroughput: Estimate? {
    Estimate(rounds: rounds.map { $0.splitRates.reduce(0, +) })
  }

  /// Operations a second of the slowest, in the median round.
  public var worst: Double? { Order.median(rounds.compactMap { $0.rates.min() }) }

  /// The smallest and the largest share that one of them had, in the median round.
  public var shares: (least: Double, most: Double)? {
    guard let least = Order.median(rounds.filter { $0.total > 0 }.map { $0.rates.min()! / $0.total }),
      let most = Order.median(rounds.filter { $0.total > 0 }.map { $0.rates.max()! / $0.total })
    else { return nil }
    return (least, most)
  }

  /// Jain's index of fairness (DEC-TR-301, 1984), 1/n to 1, in the median round.
  public var fairness: Double? { Order.median(rounds.compactMap { ScalingRecord.fairness($0.rates) }) }

  static func fairness(_ rates: [Double]) -> Double? {
    let squares = rates.reduce(0) { $0 + $1 * $1 }
    guard squares > 0 else { return nil }
    let sum = rates.reduce(0, +)
    return sum * sum / (Double(rates.count) * squares)
  }

  /// Whether operations were atomic, as far as sums and locked readers show, and where the architecture promises it:
  /// plain loads of an aligned operand, too. A plain load across two lines may be torn (SDM vol. 3A, 9.1.1).
  public var isAtomic: Bool {
    wrongSums == 0 && (tornReads == 0 || cell.arrangement == .plainReader && cell.placement.isSplit)
  }
}

/// What one measurement gave.
struct ScalingOutcome {
  var operations: [Int] = []
  var seconds: [Double] = []
  var splits: [Bool] = []
  var isSumRight = true
  /// Whether all began and ended at one time.
  var isTogether = true
  /// From the first one's start to the last one's end.
  var windowTicks: UInt64 = 0
  /// Seconds of an operation that nothing explains.
  var unexplainedDelay: Double?
  var reads = 0
  var tornReads = 0
  var trap: Trap?
}

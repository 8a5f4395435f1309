import Machine

/// How Linux's delays follow each other while a task split-locks in a steady loop: a sleep, then a window in which split locks
/// are free, then the next sleep.
public struct DutyCycle: Sendable, Codable, Equatable {
  /// One operation of the loop, in seconds.
  struct Operation: Sendable, Equatable {
    var start: Double
    var end: Double
    var isDelayed: Bool
  }

  public struct Spread: Sendable, Codable, Equatable {
    public var count: Int
    public var least: Double
    public var median: Double
    public var most: Double

    init?(_ values: [Double]) {
      guard let median = Order.median(values) else { return nil }
      self.median = median
      (count, least, most) = (values.count, values.min()!, values.max()!)
    }
  }

  /// The CPUs that ran the loop at the same time, on cores of their own.
  public var cpus: [Int]
  /// Split locks that the loop took.
  public var operations: Int
  /// From before a delayed operation to behind it.
  public var delayMs: Spread?
  /// What waiting for the other tasks' windows adds: the median delay less that of one task alone.
  public var queueMs: Double?
  /// From behind a delayed operation to before the next one.
  public var windowMs: Spread?
  /// Operations in a window; the loop leaves a pause between them, so a tight one would have more.
  public var freeOperations: Spread?
  public var operationsPerSecond: Double?
  public var predicted: Prediction?

  /// - Parameter tasks: the operations of each task, in order.
  init(cpus: [Int], tasks: [[Operation]], predicted: Prediction?) {
    self.cpus = cpus
    self.predicted = predicted
    operations = tasks.reduce(0) { $0 + $1.count }
    var delays: [Double] = []
    var windows: [Double] = []
    var free: [Double] = []
    var rates: [Double] = []
    for operations in tasks {
      let delayed = operations.indices.filter { operations[$0].isDelayed }
      delays += delayed.map { (operations[$0].end - operations[$0].start) * 1000 }
      for (first, second) in zip(delayed, delayed.dropFirst()) {
        windows.append((operations[second].start - operations[first].end) * 1000)
        free.append(Double(second - first - 1))
      }
      if let first = delayed.first, let last = delayed.last, last > first {
        rates.append(Double(last - first) / (operations[last].end - operations[first].end))
      }
    }
    delayMs = Spread(delays)
    windowMs = Spread(windows)
    freeOperations = Spread(free)
    operationsPerSecond = rates.isEmpty ? nil : rates.reduce(0, +)
  }
}

extension DutyCycle {
  public struct Bounds: Sendable, Codable, Equatable {
    public var low: Double
    public var high: Double
  }

  /// What Linux's source says for a policy and a timer frequency.
  public struct Prediction: Sendable, Codable, Equatable {
    public var delayMs: Bounds?
    public var windowMs: Bounds?
    public var operationsPerSecond: Bounds?
    public var source: String
  }

  /// Nil where the policy does not delay, or the timer frequency it counts in is unknown.
  ///
  /// - Parameter offenders: tasks on cores of their own; each waits for the others' windows.
  static func predicted(_ policy: DetectionPolicy, timerHz: Int?, offenders: Int) -> Prediction? {
    guard policy.mayDelay, let hz = timerHz, hz > 0 else { return nil }
    let jiffy = 1000 / Double(hz)
    // A timer of n jiffies fires between n and n + 1 of them later (kernel/time/timer.c, calc_index), and msleep adds
    // one before Linux 6.12.
    func sleep(_ ms: Double) -> Bounds {
      let jiffies = (ms / jiffy).rounded(.up)
      return Bounds(low: max(ms, jiffies * jiffy), high: (jiffies + 2) * jiffy)
    }
    switch policy.mode {
    case .warn:
      var delay = sleep(10)
      // The worker that closes it waits for the task's turn to end: some 3 ms, or the next tick.
      let window = Bounds(low: 2 * jiffy, high: 3 * jiffy + max(3, jiffy))
      delay.high += Double(offenders - 1) * window.high
      return Prediction(
        delayMs: delay, windowMs: offenders == 1 ? window : nil, operationsPerSecond: nil,
        source:
          "split_lock_warn: msleep_interruptible(10), one task at a time, then detection off on the core for 2 jiffies"
      )
    case .ratelimit:
      guard let limit = policy.rateLimit else { return nil }
      // The second begins with its first operation, and the sleeper looks up every 20 ms.
      let late = sleep(20).high / 1000
      return Prediction(
        delayMs: nil, windowMs: nil,
        operationsPerSecond: Bounds(low: Double(limit) / (1 + late), high: Double(limit)),
        source: "handle_bus_lock: at most \(limit) a second system-wide, the rest sleeps in steps of 20 ms")
    case .off, .fatal, .unsupported, .unknown: return nil
    }
  }

  /// Medians that lie outside what Linux's source predicts; a busy machine wakes sleepers late.
  var surprises: [String] {
    func judge(_ name: String, _ found: Double?, _ bounds: Bounds?, unit: String) -> String? {
      guard let found, let bounds, found < bounds.low * 0.95 || found > bounds.high * 1.05 else { return nil }
      return
        "\(name) \(Decimal.significant(found, 3)) \(unit), predicted \(Decimal.significant(bounds.low, 3))"
        + " to \(Decimal.significant(bounds.high, 3))"
    }
    return [
      judge("delay", delayMs?.median, predicted?.delayMs, unit: "ms"),
      judge("open window", windowMs?.median, predicted?.windowMs, unit: "ms"),
      judge("operations", operationsPerSecond, predicted?.operationsPerSecond, unit: "a second"),
    ].compactMap { $0 }
  }
}

import CAtomics
import CHost

/// The TSC's rate, calibrated against CLOCK_MONOTONIC_RAW from the start of a run to its latest reading.
public struct TscClock: Sendable {
  /// One reading of both clocks; the TSC was read between the two bounds.
  struct Reading: Sendable {
    var before: UInt64
    var after: UInt64
    var nanoseconds: UInt64
    var middle: Double { Double(before) + Double(after - before) / 2 }

    /// The tightest of a few tries, since one may be interrupted.
    static func take() -> Reading {
      var best: Reading?
      for _ in 0..<20 {
        let before = catomics_tsc()
        let nanoseconds = chost_monotonic_raw_ns()
        let after = catomics_tsc()
        let reading = Reading(before: before, after: after, nanoseconds: nanoseconds)
        if best.map({ after - before < $0.after - $0.before }) ?? true { best = reading }
      }
      return best!
    }
  }

  private let start: Reading
  private var latest: Reading

  /// Starts calibrating, with a first baseline of `milliseconds`.
  public init(milliseconds: UInt64 = 20) {
    start = .take()
    latest = start
    while chost_monotonic_raw_ns() < start.nanoseconds + milliseconds * 1_000_000 { catomics_pause() }
    update()
  }

  /// Extends the baseline to now.
  public mutating func update() { latest = .take() }

  /// Ticks a nanosecond, and the bound that the readings' own width puts on its relative error.
  public var ticksPerNanosecond: (value: Double, relativeError: Double) {
    let span = Double(latest.nanoseconds - start.nanoseconds)
    let ticks = latest.middle - start.middle
    let doubt = Double(start.after - start.before + latest.after - latest.before) / 2
    return (ticks / span, doubt / ticks)
  }

  public func nanoseconds(_ ticks: Double) -> Double { ticks / ticksPerNanosecond.value }
  public func seconds(_ ticks: Double) -> Double { nanoseconds(ticks) / 1e9 }
  public func ticks(seconds: Double) -> Double { seconds * 1e9 * ticksPerNanosecond.value }

  /// Seconds since calibration started.
  public func elapsed() -> Double { seconds(Double(catomics_tsc()) - start.middle) }
}

/// What reading the timer costs, in TSC ticks, and its step: the bounds on any single timing.
public struct TimerCost: Sendable, Codable, Equatable {
  public var medianTicks: Double
  /// The smallest difference between two distinct readings of the same thing.
  public var quantumTicks: Double

  public static func measure() -> TimerCost {
    let count = 2000
    var readings = [UInt64](repeating: 0, count: count)
    readings.withUnsafeMutableBytes {
      catomics_single_nothing($0.baseAddress!, UInt64(count), $0.baseAddress!)
    }
    return TimerCost(
      medianTicks: Order.median(readings.map { Double($0) })!,
      quantumTicks: TimerCost.quantum(of: readings))
  }

  /// The step between distinct readings. Readings one tick apart count as one: a TSC scaled by a hypervisor steps
  /// by 24 or 25.
  static func quantum(of readings: [UInt64]) -> Double {
    var clusters: [[UInt64]] = []
    for reading in Set(readings).sorted() {
      if let last = clusters.last?.last, reading - last <= 1 {
        clusters[clusters.count - 1].append(reading)
      } else {
        clusters.append([reading])
      }
    }
    let centres = clusters.map { Double($0.reduce(0, +)) / Double($0.count) }
    return zip(centres, centres.dropFirst()).map { $1 - $0 }.min() ?? 1
  }
}

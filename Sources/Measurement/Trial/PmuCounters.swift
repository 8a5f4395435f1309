import CHost
import Glibc
import Machine

/// Two hardware counters of the calling thread: bus locks, and core cycles.
public final class PmuCounters {
  private let busLocks: Int32?
  private let cycles: Int32?

  /// Opens what can be opened; nil if nothing can.
  public init?(_ pmu: Pmu) {
    let locks = pmu.busLocks.map { chost_perf_open(pmu.type, $0.config, $0.extra, -1) }
    busLocks = locks.flatMap { $0 >= 0 ? $0 : nil }
    let counter = chost_perf_open(0, pmu.cyclesConfig, 0, -1)  // PERF_TYPE_HARDWARE
    cycles = counter >= 0 ? counter : nil
    if busLocks == nil && cycles == nil { return nil }
  }

  /// Any pair of perf events, for machines without a PMU: the tests count in software.
  init?(type: UInt32, busLocks: UInt64, cycles: UInt64) {
    let descriptors = [busLocks, cycles].map { chost_perf_open(type, $0, 0, -1) }
    guard descriptors.allSatisfy({ $0 >= 0 }) else { return nil }
    self.busLocks = descriptors[0]
    self.cycles = descriptors[1]
  }

  deinit {
    for descriptor in [busLocks, cycles] { if let descriptor { close(descriptor) } }
  }

  public struct Count: Sendable, Equatable {
    /// Nil where the event does not exist or did not run all the time.
    public var busLocks: UInt64?
    public var cycles: UInt64?
  }

  /// Counts while `body` runs.
  public func counting<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> (call: R, count: Count) {
    let before = (read(busLocks), read(cycles))
    count(true)
    let outcome = Result(catching: body)
    count(false)
    let result = try outcome.get()
    return (
      result,
      Count(
        busLocks: growth(from: before.0, to: read(busLocks)),
        cycles: growth(from: before.1, to: read(cycles)))
    )
  }

  private func count(_ on: Bool) {
    for descriptor in [busLocks, cycles] { if let descriptor { chost_perf_enable(descriptor, on) } }
  }

  private func read(_ descriptor: Int32?) -> chost_perf_reading? {
    guard let descriptor else { return nil }
    var reading = chost_perf_reading()
    return chost_perf_read(descriptor, &reading) == 0 ? reading : nil
  }

  /// Nil unless the counter ran all the time: one that shared its register is no proof of anything.
  private func growth(from before: chost_perf_reading?, to after: chost_perf_reading?) -> UInt64? {
    guard let before, let after else { return nil }
    let running = after.running_ns - before.running_ns
    guard running > 0, running == after.enabled_ns - before.enabled_ns else { return nil }
    return after.value - before.value
  }
}

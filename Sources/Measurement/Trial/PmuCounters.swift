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
    let counter = chost_perf_open(0, 0, 0, -1)  // PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES
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
  public func counting<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> (R, Count) {
    for descriptor in [busLocks, cycles] { if let descriptor { chost_perf_enable(descriptor, true) } }
    defer {
      for descriptor in [busLocks, cycles] { if let descriptor { chost_perf_enable(descriptor, false) } }
    }
    let result = try body()
    return (result, Count(busLocks: read(busLocks), cycles: read(cycles)))
  }

  private func read(_ descriptor: Int32?) -> UInt64? {
    guard let descriptor else { return nil }
    chost_perf_enable(descriptor, false)
    var value: UInt64 = 0
    return chost_perf_read(descriptor, &value) == 0 ? value : nil
  }
}

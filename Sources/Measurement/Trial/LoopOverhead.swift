import CAtomics
import LockKernels

/// What the measured loop adds to an operation, at most.
enum LoopOverhead {
  /// Core cycles of an iteration of the empty loop over the operations of a block. An upper bound, since the body
  /// overlaps it; reported, never subtracted.
  static func coreCyclesPerOperation() -> Double {
    var unused: UInt64 = 0
    func ticks(_ function: @escaping catomics_function, _ count: UInt64) -> Double {
      let timings = (0..<9).map { _ in
        Double(catomics_time(function, &unused, count * 3, nil).ticks)
          - Double(catomics_time(function, &unused, count, nil).ticks)
      }
      return Order.median(timings)! / Double(count * 2)
    }
    let add = ticks(catomics_dependent_adds, 64) / Double(CATOMICS_PROBE_ADDS)
    return ticks(catomics_loop_nothing, 4096) / add / Double(Kernel.Functions.operationsPerBlock)
  }
}

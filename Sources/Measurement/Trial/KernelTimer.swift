import CAtomics
import CHost
import LockKernels

/// What one timed call of a kernel took.
public struct TimedCall: Sendable, Equatable {
  /// TSC ticks, fences included.
  public var ticks: UInt64
  /// Whether the thread was on another CPU, or node, at the end than at the start.
  public var migrated: Bool = false
}

/// A SIGBUS that a kernel met.
public struct Trap: Error, Sendable, Equatable {
  /// si_code; BUS_ADRALN is 1.
  public var code: Int32
  /// The x86 exception number that Linux reports; 17 is #AC.
  public var trapNumber: Int32
}

/// Calls kernels and times them. Tests script one of their own.
public protocol KernelTimer {
  /// - Throws: `Trap` if the kernel met a SIGBUS; memory may or may not have changed.
  mutating func time(
    _ function: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer, count: Int,
    list: UnsafeMutableRawPointer?
  ) throws(Trap) -> TimedCall
}

/// The real one. The process must have installed the guard (`chost_guard_install`).
public struct GuardedTimer: KernelTimer {
  public init() {}

  public mutating func time(
    _ function: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer, count: Int,
    list: UnsafeMutableRawPointer?
  ) throws(Trap) -> TimedCall {
    var call = catomics_call(
      function: function, operand: operand, count: UInt64(count), list: list,
      interval: catomics_interval())
    if let trap = BusErrorGuard.trap(catomics_make_call, &call) { throw trap }
    return TimedCall(
      ticks: call.interval.ticks, migrated: call.interval.first_aux != call.interval.last_aux)
  }
}

extension KernelTimer {
  /// `count` operations timed one by one, in TSC ticks, timer cost included.
  mutating func singles(
    of kernel: Kernel, at operand: UnsafeMutableRawPointer, count: Int
  ) throws(Trap) -> [UInt64] {
    guard count > 0 else { return [] }
    var readings = [UInt64](repeating: 0, count: count)
    let failure = readings.withUnsafeMutableBytes { buffer -> Trap? in
      do throws(Trap) {
        _ = try time(kernel.functions.single, operand, count: count, list: buffer.baseAddress)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    return readings
  }
}

import CHost
import LockKernels
import Machine

/// How split locks behave here, learned from 1, then 10, then 100 of them.
public struct DoseResponse: Sendable, Equatable, Codable {
  public enum Behaviour: String, Sendable, Codable { case completed, trapped, delayed }
  public var behaviour: Behaviour
  /// Median of single operations, timer cost taken off, in TSC ticks; nil if trapped.
  public var nativeTicks: Double?
  /// The longest single operation, in TSC ticks.
  public var longestTicks: Double
  public var operations: Int
}

/// A delay that neither Linux's policy nor scheduling explains.
public struct UnexplainedDelay: Error, CustomStringConvertible, Sendable {
  public let seconds: Double
  public var description: String {
    "a split lock took \(Int(seconds * 1000)) ms and nothing here explains it: the run ends."
      + " Look for a hypervisor's policy or SMIs; splitbench doctor lists what is known"
  }
}

/// Raises the dose of split locks step by step before anything relies on them being harmless.
struct DoseRamp {
  static let doses = [1, 10, 100]
  /// A single operation this long was not silicon's: in seconds.
  static let delay = 0.005

  var policy: DetectionPolicy
  var timerTicks: Double
  var ticksPerSecond: Double

  /// - Throws: `UnexplainedDelay` if an operation took over `Plan.unexplainedDelay` and the policy in force
  ///   has no delays and Linux did not run something else.
  func climb<Timer: KernelTimer>(
    _ timer: inout Timer, kernel: Kernel, operand: UnsafeMutableRawPointer
  ) throws(UnexplainedDelay) -> DoseResponse {
    var all: [UInt64] = []
    for dose in DoseRamp.doses {
      let before = SwitchCount()
      let readings: [UInt64]
      do {
        readings = try timer.singles(of: kernel, at: operand, count: dose)
      } catch {
        return DoseResponse(
          behaviour: .trapped, nativeTicks: nil, longestTicks: 0, operations: all.count)
      }
      all += readings
      let longest = Double(readings.max() ?? 0) / ticksPerSecond
      let preempted = SwitchCount().wasPreempted(since: before)
      if longest > Plan.unexplainedDelay && !policy.mayDelay && !preempted {
        throw UnexplainedDelay(seconds: longest)
      }
      // A delay that the policy explains is data, and no reason to ask for more of it.
      if longest > DoseRamp.delay && policy.mayDelay {
        return response(.delayed, all)
      }
    }
    return response(.completed, all)
  }

  private func response(_ behaviour: DoseResponse.Behaviour, _ readings: [UInt64]) -> DoseResponse {
    let ticks = readings.map { Double($0) }
    // In warn mode the least delayed operation is the nearest to native that can be seen.
    let typical = behaviour == .delayed ? ticks.min()! : Order.median(ticks)!
    return DoseResponse(
      behaviour: behaviour, nativeTicks: max(1, typical - timerTicks),
      longestTicks: ticks.max()!, operations: readings.count)
  }
}

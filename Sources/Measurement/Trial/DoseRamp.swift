import CHost
import LockKernels
import Machine

/// How split locks behave here, learned from 1, then 10, then 100 of them.
public struct DoseResponse: Sendable, Equatable, Codable {
  public enum Behaviour: String, Sendable, Codable { case completed, trapped, delayed }
  public var behaviour: Behaviour
  /// Median of the operations that were not delayed, timer cost taken off, in TSC ticks; nil if there was none.
  public var nativeTicks: Double?
  /// The longest single operation, in TSC ticks.
  public var longestTicks: Double
  public var operations: Int
  /// Length in seconds of an operation that neither Linux's policy nor scheduling explains: the run must end.
  public var unexplainedDelay: Double?

  /// Stands in where no operation ran undelayed: published costs run from 0.5 to 7 us, in seconds.
  public static let assumedSeconds = 2e-6

  /// Locked time in seconds that the ramps of so many CPUs may take, for line splits and page splits.
  public static func leastBudget(cpus: Int) -> Double {
    Double(2 * cpus * DoseRamp.doses.reduce(0, +)) * assumedSeconds
  }
}

/// Raises the dose of split locks step by step before anything relies on them being harmless.
struct DoseRamp {
  static let doses = [1, 10, 100]
  static let inOpenWindow = 10
  /// An operation this long was not silicon's: in seconds.
  static let delay = 0.005

  var policy: DetectionPolicy
  var timerTicks: Double
  var ticksPerSecond: Double
  /// What Linux counts; tests replace it, since a busy machine preempts them.
  var switchCount = SwitchCount.now

  /// Times single operations on `operand`, more at each step, until all doses are done or a step shows a trap or a delay. A step in
  /// which the process was stopped shows nothing, and is done again.
  func climb<Timer: KernelTimer>(
    _ timer: inout Timer, kernel: Kernel, operand: UnsafeMutableRawPointer
  ) -> DoseResponse {
    var all: [UInt64] = []
    var untold = 0
    var doses = DoseRamp.doses[...]
    while let dose = doses.first {
      let before = switchCount()
      let readings: [UInt64]
      do {
        readings = try timer.singles(of: kernel, at: operand, count: dose)
      } catch {
        return response(.trapped, all, untold)
      }
      let now = switchCount()
      guard !now.wasStopped(since: before) else {
        untold += dose
        continue
      }
      doses.removeFirst()
      all += readings
      let longest = Double(readings.max() ?? 0) / ticksPerSecond
      guard now.wasHeldUp(since: before) else { continue }
      if longest > Plan.unexplainedDelay && !policy.mayDelay {
        var response = response(.completed, all, untold)
        response.unexplainedDelay = longest
        return response
      }
      // A delay that the policy explains is data, and no reason to raise the dose. In the window that warn mode leaves
      // open behind it a few more show what the operation costs undelayed; a rate limit leaves no window.
      if longest > DoseRamp.delay && policy.mayDelay {
        let more = policy.mode == .ratelimit ? 0 : DoseRamp.inOpenWindow
        all += (try? timer.singles(of: kernel, at: operand, count: more)) ?? []
        return response(.delayed, all, untold)
      }
    }
    return response(.completed, all, untold)
  }

  /// Climbs with 8-byte `lock add`.
  func climb<Timer: KernelTimer>(
    _ timer: inout Timer, _ placement: Placement, in memory: OperandMemory
  ) -> DoseResponse {
    climb(
      &timer, kernel: Kernel(.add, widthBytes: 8, locked: true)!, operand: memory.address(placement, spot: 0))
  }

  /// - Parameter untold: operations whose times say nothing.
  private func response(
    _ behaviour: DoseResponse.Behaviour, _ readings: [UInt64], _ untold: Int
  ) -> DoseResponse {
    let ticks = readings.map { Double($0) }
    let undelayed = ticks.filter { $0 <= DoseRamp.delay * ticksPerSecond }
    return DoseResponse(
      behaviour: behaviour, nativeTicks: Order.median(undelayed).map { max(1, $0 - timerTicks) },
      longestTicks: ticks.max() ?? 0, operations: readings.count + untold)
  }
}

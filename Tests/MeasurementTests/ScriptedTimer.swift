import CAtomics
import LockKernels
import Machine

@testable import Measurement

/// A timer that executes nothing: every call costs a fixed overhead, and every operation what the script says.
struct ScriptedTimer: KernelTimer {
  var overhead = 500.0
  var ticksPerOperation = 10.0
  /// Readings that `single` hands out, in order; the last is repeated.
  var singles: [UInt64] = [1000]
  /// After so many calls every call traps.
  var trapsAfter = Int.max
  private(set) var calls = 0
  private(set) var operations = 0
  var handedOut = 0

  mutating func time(
    _ function: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer, count: Int,
    list: UnsafeMutableRawPointer?
  ) throws(Trap) -> TimedCall {
    calls += 1
    if calls > trapsAfter { throw Trap(code: 1, trapNumber: 17) }
    let kernel = Kernel.all.first { candidate in
      isSame(candidate.functions.single, function)
    }
    guard kernel != nil, let list else {
      operations += count * Kernel.Functions.operationsPerBlock
      let ticks = overhead + ticksPerOperation * Double(count * Kernel.Functions.operationsPerBlock)
      return TimedCall(ticks: UInt64(ticks))
    }
    operations += count
    let readings = list.assumingMemoryBound(to: UInt64.self)
    for index in 0..<count {
      readings[index] = singles[min(handedOut, singles.count - 1)]
      handedOut += 1
    }
    return TimedCall(ticks: UInt64(overhead))
  }

  private func isSame(_ a: @escaping Kernel.Functions.Function, _ b: @escaping Kernel.Functions.Function)
    -> Bool
  {
    unsafeBitCast(a, to: UInt.self) == unsafeBitCast(b, to: UInt.self)
  }
}

extension DetectionPolicy {
  /// A policy concluded from nothing but the mode under test.
  static func scripted(_ mode: Mode, ac: Bool = true, mitigates: Bool = true) -> DetectionPolicy {
    var policy = DetectionPolicy(
      files: FileTree(root: "/nonexistent"),
      processor: ProcessorIdentity { _, _ in CpuidLeaf() }, log: .success([]))
    policy.mode = mode
    policy.trapsWithAC = ac
    policy.trapsWithDB = !ac
    policy.mitigates = mitigates
    return policy
  }
}

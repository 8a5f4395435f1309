import LockKernels
import Machine

extension VictimMemory {
  /// Memory for the victims on one CPU, sized from its caches and from what is free.
  ///
  /// - Parameters:
  ///   - victims: so many CPUs share what is free.
  ///   - node: nil is the CPU's own.
  /// - Throws: `OperandMemory.Failure`; `PinFailure`.
  static func near(
    _ cpu: LogicalCpu, amongVictims victims: Int = 1, node: Int? = nil, seed: UInt64
  ) throws -> VictimMemory {
    let free = (AvailableMemory.bytes() ?? 1 << 30) / max(1, victims)
    let sizes = Sizes(l1d: cpu.l1dBytes, l2: cpu.l2Bytes, l3: cpu.l3Bytes, memory: free)
    return try CpuPin.pinned(to: cpu.id) {
      try VictimMemory(sizes: sizes, node: node ?? cpu.numaNode, seed: seed)
    }
  }
}

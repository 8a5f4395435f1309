import CAtomics

/// Innocent work whose slow-down is measured beside an aggressor.
public enum Victim: String, Sendable, CaseIterable, Codable {
  /// Dependent adds of registers: touches no memory.
  case alu
  /// Independent loads that hit the L1 cache.
  case l1Load = "l1-load"
  /// Dependent loads, each from an unpredictable line, in a working set that fits the L2 cache and not the L1.
  case l2Chase = "l2-chase"
  /// The same in the L3 cache.
  case l3Chase = "l3-chase"
  /// The same in memory.
  case dramChase = "dram-chase"
  /// Memory read in a row.
  case dramRead = "dram-read"
  /// `lock add` on a line of its own.
  case alignedAtomic = "aligned-atomic"
  /// Split locks on lines of its own.
  case lineSplitAtomic = "line-split-atomic"
  /// System calls that do next to nothing.
  case systemCall = "syscall"

  public var summary: String {
    switch self {
    case .alu: "dependent adds of registers; one operation is an add"
    case .l1Load: "independent 8-byte loads from the L1 cache; one operation is a load"
    case .l2Chase: "dependent loads in unpredictable order from the L2 cache; one operation is a load"
    case .l3Chase: "dependent loads in unpredictable order from the L3 cache; one operation is a load"
    case .dramChase: "dependent loads in unpredictable order from memory; one operation is a load"
    case .dramRead: "memory read in a row; one operation is 64 bytes"
    case .alignedAtomic: "8-byte lock add, aligned, on a line of its own"
    case .lineSplitAtomic: "8-byte lock add across two lines of its own: takes bus locks itself"
    case .systemCall: "getppid"
    }
  }

  /// Whether it takes bus locks itself.
  public var takesBusLocks: Bool { self == .lineSplitAtomic }

  /// Where what it reads lies.
  public enum Operand: Sendable {
    /// A line of its own, or nothing at all: not in `VictimMemory`.
    case ownLine
    /// The first 4 KiB of the memory, which stay in the L1 cache.
    case start
    /// The lines of one working set, in unpredictable order.
    case chain(VictimMemory.WorkingSet)
    /// The lines of the largest working set, in a row.
    case stream
  }

  public var operand: Operand {
    switch self {
    case .alu, .alignedAtomic, .lineSplitAtomic, .systemCall: .ownLine
    case .l1Load: .start
    case .l2Chase: .chain(.l2)
    case .l3Chase: .chain(.l3)
    case .dramChase: .chain(.dram)
    case .dramRead: .stream
    }
  }

  /// What executes it: `count` times `operationsPerCount` operations.
  public var function: Kernel.Functions.Function {
    switch self {
    case .alu: catomics_dependent_adds
    case .l1Load: catomics_victim_loads
    case .l2Chase, .l3Chase, .dramChase: catomics_victim_chase
    case .dramRead: catomics_victim_stream
    case .alignedAtomic, .lineSplitAtomic: Kernel(.add, widthBytes: 8, locked: true)!.functions.loop
    case .systemCall: catomics_victim_system_call
    }
  }

  public var operationsPerCount: Int {
    switch self {
    case .alu: Int(CATOMICS_PROBE_ADDS)
    case .l1Load: Int(CATOMICS_VICTIM_LOADS)
    case .l2Chase, .l3Chase, .dramChase: Int(CATOMICS_VICTIM_HOPS)
    case .dramRead, .systemCall: 1
    case .alignedAtomic, .lineSplitAtomic: Kernel.Functions.operationsPerBlock
    }
  }
}

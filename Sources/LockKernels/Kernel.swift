import CAtomics

/// One instruction x width x locked or plain, with the assembly that executes it.
public struct Kernel: Sendable, Hashable {
  public let instruction: Instruction
  public let widthBytes: Int
  public let isLocked: Bool

  /// All kernels there are, in a stable order.
  public static let all: [Kernel] = table.keys.sorted { $0.order < $1.order }

  /// The kernel with these properties, or nil where the instruction has no such form.
  public init?(_ instruction: Instruction, widthBytes: Int, locked: Bool) {
    self.init(unchecked: instruction, widthBytes: widthBytes, locked: locked)
    guard Kernel.table[self] != nil else { return nil }
  }

  private init(unchecked instruction: Instruction, widthBytes: Int, locked: Bool) {
    self.instruction = instruction
    self.widthBytes = widthBytes
    self.isLocked = locked
  }

  /// The instruction as an assembler writes it, such as `lock xadd m64`.
  public var name: String {
    let prefix = isLocked && instruction != .xchg ? "lock " : ""
    return "\(prefix)\(instruction.rawValue) m\(widthBytes * 8)"
  }

  /// The same instruction without its prefix, the control of a locked kernel; nil for XCHG.
  public var plainTwin: Kernel? {
    Kernel(instruction, widthBytes: widthBytes, locked: false)
  }

  /// The functions that execute it.
  public var functions: Functions { Kernel.table[self]! }

  /// The kernels of the C table by their properties. A row whose name Swift does not know is a defect.
  private static let table: [Kernel: Functions] = {
    var count = 0
    let rows = catomics_kernels(&count)
    var table: [Kernel: Functions] = [:]
    for row in UnsafeBufferPointer(start: rows, count: count) {
      guard let instruction = Instruction(rawValue: String(cString: row.instruction)) else {
        preconditionFailure("unknown instruction in the table of CAtomics")
      }
      let kernel = Kernel(
        unchecked: instruction, widthBytes: Int(row.width_bytes), locked: row.locked)
      table[kernel] = Functions(row)
    }
    return table
  }()

  private var order: (Int, Int, Int) {
    (Instruction.allCases.firstIndex(of: instruction)!, widthBytes, isLocked ? 0 : 1)
  }
}

extension Kernel {
  /// The assembly of one kernel. All counts are at least 1; no function touches memory beyond the operands.
  public struct Functions: Sendable {
    public typealias Function = catomics_function

    /// Operations in one block of `loop` and `loopWithWork`.
    public static let operationsPerBlock = Int(CATOMICS_UNROLL)
    /// Independent register adds behind each operation of `loopWithWork`.
    public static let workAdds = Int(CATOMICS_WORK_ADDS)

    /// `count` blocks of operations on one operand, back to back.
    public let loop: Function
    /// One operation on each of `count` operands, whose addresses are in the list, an LFENCE behind each.
    public let walk: Function
    /// `count` operations on one operand, each between two fenced TSC readings.
    public let single: Function
    /// As `loop`, with independent work behind each operation. Only 8-byte `add` has it.
    public let loopWithWork: Function?

    init(_ row: catomics_kernel) {
      loop = row.loop
      walk = row.walk
      single = row.single
      loopWithWork = row.loop_with_work
    }
  }
}

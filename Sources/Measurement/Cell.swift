import DetectionControl
import LockKernels

/// One thing measured.
public struct Cell: Sendable, Hashable, CustomStringConvertible {
  public var kernel: Kernel
  public var placement: Placement
  /// Bytes from the start of the operand's first line.
  public var offset: Int
  /// Linux's number of the measuring CPU.
  public var cpu: Int
  public var lineState: LineState = .hot
  public var between: Between = .nothing
  /// The state of detection and policy.
  public var setting = Setting.asFound

  public init(
    kernel: Kernel, placement: Placement, offset: Int, cpu: Int, lineState: LineState = .hot,
    between: Between = .nothing
  ) {
    self.kernel = kernel
    self.placement = placement
    self.offset = offset
    self.cpu = cpu
    self.lineState = lineState
    self.between = between
  }

  /// What has to be measured in the same round, since it is compared: all placements, locked and plain.
  struct Family: Hashable {
    var instruction: Instruction
    var widthBytes: Int
    var lineState: LineState
    var between: Between
  }

  var family: Family {
    Family(
      instruction: kernel.instruction, widthBytes: kernel.widthBytes, lineState: lineState, between: between)
  }

  /// Such as `lock add m64, line-split at 60, hot, CPU 1`.
  public var description: String {
    let work = between == .nothing ? "" : ", \(between.rawValue)"
    return "\(kernel.name), \(placement.rawValue) at \(offset), \(lineState.rawValue)\(work), CPU \(cpu)"
  }

  /// Whether each operation of it takes a bus lock.
  public var takesBusLock: Bool { kernel.isLocked && placement.isSplit }

  /// The same, aligned: what `ratio_to_aligned` divides by.
  public var aligned: Cell {
    var copy = self
    copy.placement = .aligned
    copy.offset = 0
    return copy
  }

  /// The same without the lock, or nil for XCHG.
  public var plain: Cell? {
    guard let twin = kernel.plainTwin else { return nil }
    var copy = self
    copy.kernel = twin
    return copy
  }
}

/// Where the operand's lines are when an operation meets them.
public enum LineState: String, Sendable, Hashable, CaseIterable {
  /// Owned by the measuring core.
  case hot
  /// In no cache: flushed beforehand.
  case cold
  /// Modified in another CPU's cache.
  case otherCpuModified = "other-cpu-modified"

  /// One line for `splitbench list`.
  public var summary: String {
    switch self {
    case .hot: "owned by the measuring core"
    case .cold: "flushed from every cache"
    case .otherCpuModified: "modified in another CPU's cache"
    }
  }
}

/// What runs between two measured operations.
public enum Between: String, Sendable, Hashable, CaseIterable {
  case nothing
  /// `Kernel.Functions.workAdds` register adds that do not depend on the operation.
  case independentAdds = "independent-adds"
}

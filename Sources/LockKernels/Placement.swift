/// Where an operand lies relative to cache lines and pages.
public enum Placement: String, CaseIterable, Sendable, Hashable {
  case aligned
  case withinLine = "within-line"
  case lineSplit = "line-split"
  case pageSplit = "page-split"

  /// Whether the operand spans two cache lines.
  public var isSplit: Bool { self == .lineSplit || self == .pageSplit }

  public var summary: String {
    switch self {
    case .aligned: "at a multiple of its width"
    case .withinLine: "misaligned, inside one cache line"
    case .lineSplit: "across two cache lines of one page"
    case .pageSplit: "across two cache lines of two pages"
    }
  }

  /// Every offset, in bytes from the start of the operand's first line, at which an operand of this width has
  /// this placement. Empty where there is none: one byte is never misaligned.
  public func offsets(widthBytes: Int, lineBytes: Int) -> [Int] {
    switch self {
    case .aligned:
      Array(stride(from: 0, to: lineBytes, by: widthBytes))
    case .withinLine:
      (0...(lineBytes - widthBytes)).filter { !$0.isMultiple(of: widthBytes) }
    case .lineSplit, .pageSplit:
      Array((lineBytes - widthBytes + 1)..<lineBytes)
    }
  }

  /// The offset measured where one has to stand for all: the middle of the straddle, or the first.
  public func typicalOffset(widthBytes: Int, lineBytes: Int) -> Int? {
    let offsets = offsets(widthBytes: widthBytes, lineBytes: lineBytes)
    return isSplit && widthBytes > 1 ? lineBytes - widthBytes / 2 : offsets.first
  }

  /// Why `kernel` cannot be executed at this placement on any CPU, or nil if it can.
  public func impossibility(for kernel: Kernel) -> String? {
    if self == .aligned { return nil }
    if kernel.widthBytes == 1 {
      return "\(kernel.name) cannot be \(rawValue): an operand of one byte is always aligned"
    }
    if kernel.instruction == .cmpxchg16b {
      return "\(kernel.name) cannot be \(rawValue): CMPXCHG16B raises #GP unless its operand is"
        + " aligned to 16 bytes (SDM vol. 2A)"
    }
    return nil
  }
}

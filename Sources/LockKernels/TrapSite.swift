import CAtomics

/// One `add` at a known address, so that a trap can be told to be met at it or behind it.
public struct TrapSite: @unchecked Sendable {
  public let widthBytes: Int
  public let isLocked: Bool
  public let start: UnsafeRawPointer
  public let end: UnsafeRawPointer
  public let run: @convention(c) (UnsafeMutableRawPointer, UInt64, UnsafeMutableRawPointer) -> Void

  /// EFLAGS.AC: with it a misaligned access raises #AC on every x86 CPU.
  public static let alignmentCheck = CATOMICS_ALIGNMENT_CHECK

  /// Widths 2, 4 and 8, locked and plain.
  public static let all: [TrapSite] = {
    var count = 0
    let rows = UnsafeBufferPointer(start: catomics_trap_sites(&count), count: count)
    return rows.map {
      TrapSite(
        widthBytes: Int($0.width_bytes), isLocked: $0.locked, start: $0.start, end: $0.end, run: $0.run)
    }
  }()

  public static func find(widthBytes: Int, isLocked: Bool) -> TrapSite? {
    all.first { $0.widthBytes == widthBytes && $0.isLocked == isLocked }
  }
}

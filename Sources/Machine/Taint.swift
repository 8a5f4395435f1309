/// What Linux is tainted with (Documentation/admin-guide/tainted-kernels.rst), until it is booted again.
public struct Taint: Sendable, Equatable {
  /// A bit for each reason, as in /proc/sys/kernel/tainted.
  public var mask: UInt64

  /// Nil where the mask cannot be read.
  public init?(files: FileTree) {
    guard let mask = files.value("/proc/sys/kernel/tainted").flatMap({ UInt64($0) }) else { return nil }
    self.mask = mask
  }

  /// CPU_OUT_OF_SPEC (`S`): as after any write through the msr driver.
  public var isOutOfSpec: Bool { mask >> 2 & 1 == 1 }
}

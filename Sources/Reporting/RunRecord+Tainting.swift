import Machine

extension RunRecord {
  /// The masks of /proc/sys/kernel/tainted before and after, and what of the run brought what is new.
  public struct Tainting: Codable, Sendable, Equatable {
    public var before: UInt64
    public var after: UInt64
    public var cause: String?

    /// - Parameter registers: those that the run may have written.
    public init(before: Taint, after: Taint, registers: [DetectionRegister]) {
      (self.before, self.after) = (before.mask, after.mask)
      let names = registers.map { "\($0.name) (MSR \($0.hexadecimal))" }.joined(separator: ", ")
      if after.isOutOfSpec, !before.isOutOfSpec, !registers.isEmpty {
        cause = "CPU_OUT_OF_SPEC (S): this run wrote \(names)"
      }
    }
  }
}

/// Who performs a guest's instructions at a privilege level.
public enum GuestExecution: String, Sendable, Codable {
  /// A CPU.
  case native
  /// KVM, one by one: what they take is no cost of silicon.
  case interpreted
  /// Timings contradict each other.
  case unknown = "not known"

  /// An operation of a register-only loop that takes more cycles is interpreted: silicon takes about one.
  static let interpretedCycles = 50.0

  /// - Parameter slopes: of a register-only loop, TSC cycles an operation. One below zero was held up, and tells nothing.
  init(slopes: [Double]) {
    let valid = slopes.filter { $0 > 0 }
    guard valid.count * 2 > slopes.count, let least = valid.min(), let middle = Order.median(valid) else {
      self = .unknown
      return
    }
    let isFast = (least <= GuestExecution.interpretedCycles, middle <= GuestExecution.interpretedCycles)
    self = isFast == (true, true) ? .native : isFast == (false, false) ? .interpreted : .unknown
  }
}

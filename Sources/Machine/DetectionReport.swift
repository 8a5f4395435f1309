/// One line of Linux's log about a task that met detection.
public struct DetectionReport: Sendable, Equatable {
  public enum Exception: String, Sendable {
    case ac = "#AC"
    case db = "#DB"
  }

  public var exception: Exception
  /// The task's number outside PID namespaces.
  public var task: Int
  /// RIP: of the instruction for #AC, of the next one for #DB.
  public var address: UInt64
  /// Linux killed the task for it, instead of warning.
  public var isFatal: Bool

  /// Begins every line of arch/x86/kernel/cpu/bus_lock.c (before Linux 6.12 in intel.c).
  static let prefix = "x86/split lock detection:"

  /// Whether a message may be a report.
  public static func isOne(_ message: Substring) -> Bool { DetectionReport(String(message)) != nil }

  /// Reads the lines of split_lock_warn and handle_bus_lock, `prefix #AC: NAME/TASK took a split_lock trap at address: 0xRIP`,
  /// and that of show_signal (arch/x86/kernel/traps.c), `traps: NAME[TASK] trap alignment check ip:RIP sp:.. error:..`, which
  /// comes where a task is killed that has no handler.
  public init?(_ message: String) {
    if message.hasPrefix(DetectionReport.prefix) {
      let isAC = message.contains(" took a split_lock trap at address: ")
      guard isAC || message.contains(" took a bus_lock trap at address: "),
        let took = message.firstRange(ofText: " took a "),
        let slash = message[..<took.lowerBound].lastIndex(of: "/"),
        let task = Int(message[message.index(after: slash)..<took.lowerBound]),
        let address = DetectionReport.hexadecimal(message, behind: "address: 0x")
      else { return nil }
      self.init(exception: isAC ? .ac : .db, task: task, address: address, isFatal: false)
    } else {
      guard let what = message.firstRange(ofText: "] trap alignment check ip:"),
        let bracket = message[..<what.lowerBound].lastIndex(of: "["),
        let task = Int(message[message.index(after: bracket)..<what.lowerBound]),
        let address = DetectionReport.hexadecimal(message, behind: "check ip:")
      else { return nil }
      self.init(exception: .ac, task: task, address: address, isFatal: true)
    }
  }

  public init(exception: Exception, task: Int, address: UInt64, isFatal: Bool) {
    self.exception = exception
    self.task = task
    self.address = address
    self.isFatal = isFatal
  }

  private static func hexadecimal(_ text: String, behind mark: String) -> UInt64? {
    text.firstRange(ofText: mark).flatMap {
      UInt64(text[$0.upperBound...].prefix { $0.isHexDigit }, radix: 16)
    }
  }
}

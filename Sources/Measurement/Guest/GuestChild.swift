import CHost
import DetectionControl
import Glibc
import SystemPackage

/// How a child that owned a guest ended.
public enum GuestEnd: Sendable, Equatable {
  case exited(Int)
  case signalled(Int32)
  /// It did not end in time, and was killed.
  case hung
  /// Nor did it end then: Linux keeps it in a system call.
  case unkillable
  /// The user ended the run, and the child with it.
  case interrupted

  /// In words; nil where it did what it should.
  var obstacle: String? {
    switch self {
    case .exited(0): nil
    case .exited(let code): "the guest's process ended with exit code \(code)"
    case .signalled(let number): "the guest's process was killed by signal \(number)"
    case .hung: "the guest hung, and was killed"
    case .unkillable: "the guest hung, and Linux does not let its process be killed"
    case .interrupted: "the run was interrupted"
    }
  }
}

/// A process of our own that owns a guest: what kills its VMM does not kill the run.
enum GuestChild {
  /// Has a task done, and hands over its lines as they come.
  ///
  /// - Parameters:
  ///   - binary: that has the hidden subcommand.
  ///   - seconds: after which it counts as hung.
  /// - Throws: `GuestChildFailure` if it cannot be started.
  static func run(
    _ task: GuestTask, binary: String = "/proc/self/exe", seconds: Double, line: (GuestLine) -> Void
  ) throws -> GuestEnd {
    var ends: [Int32] = [-1, -1]
    let piped = chost_pipe(&ends)
    guard piped == 0 else { throw GuestChildFailure(reason: "no pipe: \(Errno(rawValue: -piped))") }
    defer { close(ends[0]) }
    let child: pid_t
    do {
      child = try OwnProcess.start(
        ["guest", "--parent", "\(getpid())", "--task", try task.argument()], binary: binary, output: ends[1],
        inOwnSession: true)
    } catch {
      close(ends[1])
      throw GuestChildFailure(reason: "\(error)")
    }
    close(ends[1])
    var patience = Patience(seconds: seconds)
    let cut = read(from: ends[0], &patience, line)
    // One that has nothing more to tell may still not end.
    if cut == nil, let end = end(of: child, &patience, heedsInterrupt: true) { return end }
    kill(child, SIGKILL)
    var last = Patience(seconds: GuestChild.patience)
    guard end(of: child, &last, heedsInterrupt: false) != nil else { return .unkillable }
    return cut ?? (chost_interrupt_received() != 0 ? .interrupted : .hung)
  }

  /// Between two looks at the child, in ms; and how long a killed one may take to end, in seconds.
  private static let interval: Int32 = 50
  private static let patience = 5.0

  /// Nil if it has not ended by then, or the user ends the run.
  private static func end(
    of child: pid_t, _ patience: inout Patience, heedsInterrupt: Bool
  ) -> GuestEnd? {
    var status: Int32 = 0
    var wait = 1e-4
    while true {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child { break }
      // Whoever has us ignore SIGCHLD leaves nothing to wait for: what the child told is all that is known.
      if ended < 0, errno == ECHILD { return .exited(0) }
      if heedsInterrupt, chost_interrupt_received() != 0 { return nil }
      if patience.isOver() { return nil }
      sleepInterruptibly(seconds: wait)
      wait = min(2 * wait, Double(interval) / 1000)
    }
    let number = status & 0x7F
    return number == 0 ? .exited(Int(status >> 8 & 0xFF)) : .signalled(number)
  }

  /// Nil when the child has closed its end.
  private static func read(
    from pipe: Int32, _ patience: inout Patience, _ line: (GuestLine) -> Void
  ) -> GuestEnd? {
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      if chost_interrupt_received() != 0 { return .interrupted }
      if patience.isOver() { return .hung }
      var watched = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
      guard poll(&watched, 1, interval) > 0 else { continue }
      let count = Glibc.read(pipe, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      rest += buffer.prefix(count)
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        if let found = GuestLine(rest[..<end]) { line(found) }
        rest.removeFirst(end + 1)
      }
    }
  }
}

/// No process for a guest.
struct GuestChildFailure: Error, CustomStringConvertible {
  let reason: String
  var description: String { "cannot start a process for the guest: \(reason)" }
}

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
  /// The user ended the run, and the child with it.
  case interrupted

  /// In words; nil where it did what it should.
  var obstacle: String? {
    switch self {
    case .exited(0): nil
    case .exited(let code): "the guest's process ended with exit code \(code)"
    case .signalled(let number): "the guest's process was killed by signal \(number)"
    case .hung: "the guest hung, and was killed"
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
    guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
      throw GuestChildFailure(reason: "no pipe")
    }
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
    let cut = read(from: ends[0], until: chost_monotonic_raw_ns() + UInt64(seconds * 1e9), line)
    if cut != nil { kill(child, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let number = status & 0x7F
    return cut ?? (number == 0 ? .exited(Int(status >> 8 & 0xFF)) : .signalled(number))
  }

  private static let patience: Int32 = 50

  /// Nil when the child has closed its end.
  private static func read(
    from pipe: Int32, until deadline: UInt64, _ line: (GuestLine) -> Void
  ) -> GuestEnd? {
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      if chost_interrupt_received() != 0 { return .interrupted }
      if chost_monotonic_raw_ns() > deadline { return .hung }
      var watched = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
      guard poll(&watched, 1, patience) > 0 else { continue }
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

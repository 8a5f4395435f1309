import CHost
import Glibc
import Machine
import SystemPackage

/// A process of our own that outlives the run: when that ends, however it ends, it puts back what the run has not.
final class Guardian {
  private let process: pid_t

  /// Starts it, and returns when it watches.
  ///
  /// - Throws: `GuardianFailure`.
  init(journal: JournalFile, nonce: UInt64, machine: ControlledMachine) throws(GuardianFailure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
      throw GuardianFailure(reason: "no pipe")
    }
    defer { close(ends[0]) }
    let child: pid_t
    do {
      // A session of its own: a terminal's Ctrl-C and hang-up are for the run.
      child = try OwnProcess.start(
        [
          "guardian", "--parent", "\(getpid())", "--journal", journal.path.string, "--nonce", "\(nonce)",
          "--timer-hz", "\(machine.timerHz)", "--root", machine.files.root.string,
        ], output: ends[1], inOwnSession: true)
    } catch {
      close(ends[1])
      throw GuardianFailure(reason: "\(error)")
    }
    close(ends[1])
    var byte: UInt8 = 0
    while true {
      let count = read(ends[0], &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else {
        waitpid(child, nil, 0)
        throw GuardianFailure(reason: "it ended before it watched")
      }
      break
    }
    process = child
  }

  /// Ends it where nothing is left to guard.
  func dismiss() {
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    rmdir(GuardianCgroup.folder(of: process))
  }
}

/// Without a guardian nothing is changed.
public struct GuardianFailure: Error, CustomStringConvertible, Sendable {
  let reason: String
  public var description: String { "cannot start the guardian that would put the settings back: \(reason)" }
}

/// What the guardian's process does.
public struct GuardianWatch {
  public let parent: Int
  public let journal: JournalFile
  public let nonce: UInt64
  public let machine: ControlledMachine

  public init(parent: Int, journal: JournalFile, nonce: UInt64, machine: ControlledMachine) {
    (self.parent, self.journal, self.nonce, self.machine) = (parent, journal, nonce, machine)
  }

  /// Waits for the run's end and restores what is left.
  ///
  /// - Returns: what still differs; the journal is kept then.
  public func run() throws -> [String] {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
    let cgroup = GuardianCgroup()
    defer { cgroup?.leave() }
    let descriptor = chost_pidfd_open(pid_t(parent))
    // Whoever starts us waits for this byte; a parent that is gone does not matter.
    var ready: UInt8 = 1
    write(1, &ready, 1)
    close(1)
    waitForParent(descriptor)
    var lock: ControlLock?
    // Whoever holds it now may be putting things back himself: then our journal goes.
    while lock == nil {
      guard try journal.read()?.nonce == nonce else { return [] }
      lock = try? ControlLock(machine.files, patience: 1)
    }
    defer { withExtendedLifetime(lock) {} }
    guard let left = try journal.read(), left.nonce == nonce else { return [] }
    let differences = Restoration(machine: machine, before: left.before).run()
    if differences.isEmpty { try journal.remove() }
    return differences
  }

  private func waitForParent(_ descriptor: Int32) {
    if descriptor >= 0 {
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while getppid() == pid_t(parent), poll(&watched, 1, -1) < 0, errno == EINTR {}
      close(descriptor)
    }
    // A Linux without pidfd_open (before 5.3): its child is given to another when it ends.
    while getppid() == pid_t(parent) { sleepUninterrupted(seconds: 0.05) }
  }
}

/// A control group of the guardian's own, where that can be had: one that is killed whole takes the run's guardian with it.
struct GuardianCgroup {
  private let own: String
  private let former: String
  private static let root = "/sys/fs/cgroup"

  static func folder(of process: pid_t) -> String { root + "/splitbench-guardian-\(process)" }

  /// Nil where this process may not make one (cgroup v2, root).
  init?() {
    guard
      let line = FileTree.live.value("/proc/self/cgroup")?.split(separator: "\n").first(where: {
        $0.hasPrefix("0::")
      })
    else { return nil }
    former = GuardianCgroup.root + line.dropFirst(3)
    own = GuardianCgroup.folder(of: getpid())
    guard mkdir(own, 0o755) == 0 else { return nil }
    guard GuardianCgroup.enter(own) else {
      rmdir(own)
      return nil
    }
  }

  func leave() {
    if !GuardianCgroup.enter(former) { _ = GuardianCgroup.enter(GuardianCgroup.root) }
    rmdir(own)
  }

  private static func enter(_ folder: String) -> Bool {
    guard
      let file = try? FileDescriptor.open(
        FilePath(folder + "/cgroup.procs"), .writeOnly, options: [.closeOnExec])
    else { return false }
    defer { try? file.close() }
    return (try? file.writeAll("\(getpid())".utf8)) != nil
  }
}

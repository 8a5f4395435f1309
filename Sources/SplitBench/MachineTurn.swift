import ArgumentParser
import CHost
import DetectionControl
import Glibc
import Machine
import Measurement
import Reporting

/// One run at a time measures on a machine; what the next one does.
struct MachineTurn: ParsableArguments {
  enum Choice: String, ExpressibleByArgument, CaseIterable { case wait, skip, fail }

  @Option(
    help:
      "Where another run is going on here: wait until it has ended, skip this one, or fail with exit code 2.")
  var ifBusy: Choice = .fail

  /// What came of it.
  enum Taken {
    case locked(HostLock)
    /// Nothing keeps others away, and why.
    case unlocked(String)
    case skipped

    var isSkipped: Bool { if case .skipped = self { true } else { false } }
    /// What a reader of the run should know of it.
    var warning: RunWarning? {
      switch self {
      case .locked(let lock): lock.doubt.map(RunWarning.lockedInPart)
      case .unlocked(let reason): .unlocked(reason)
      case .skipped: nil
      }
    }
  }

  /// For a change that must not meet a run.
  ///
  /// - Returns: the lock, to be held meanwhile; nil where there can be none.
  /// - Throws: `MachineBusy`.
  static func betweenRuns(_ files: FileTree) throws -> HostLock? {
    do {
      return try HostLock(files)
    } catch let busy as HostBusy {
      throw MachineBusy(busy, remedy: "wait for its end")
    } catch is NoHostLock {
      return nil
    }
  }

  /// Waits, or says why not.
  ///
  /// - Throws: `MachineBusy`; exit code 130 where the person interrupts.
  func taken(_ files: FileTree, isQuiet: Bool) throws -> Taken {
    func tell(_ text: String) { if !isQuiet { complain(text) } }
    var told: HostBusy?
    while true {
      do {
        let lock = try HostLock(files)
        if let doubt = lock.doubt { tell("warning: the lock may not keep all other runs away: \(doubt)") }
        return .locked(lock)
      } catch let busy as HostBusy {
        switch ifBusy {
        case .fail:
          throw MachineBusy(
            busy, remedy: "wait for its end (--if-busy wait), or leave it at that (--if-busy skip)")
        case .skip:
          tell("skipped: \(MachineBusy.inWords(busy))")
          return .skipped
        case .wait:
          if busy != told { tell("waiting: \(MachineBusy.inWords(busy))") }
          told = busy
        }
      } catch let none as NoHostLock {
        tell("warning: no lock keeps other runs away: \(none.reason)")
        return .unlocked(none.reason)
      }
      // Seldom: the run that goes on should not feel it. A signal ends the sleep.
      var second = timespec(tv_sec: 1, tv_nsec: 0)
      if chost_interrupt_received() == 0 { nanosleep(&second, nil) }
      if chost_interrupt_received() != 0 { throw ExitCode(130) }
    }
  }
}

/// Another run is going on, and this one is neither to wait nor to be skipped.
struct MachineBusy: Error, CustomStringConvertible {
  private let busy: HostBusy
  private let remedy: String

  init(_ busy: HostBusy, remedy: String) { (self.busy, self.remedy) = (busy, remedy) }

  static func inWords(_ busy: HostBusy) -> String {
    let process = busy.process.map { "process \($0)" } ?? "a process that is not to be seen from here"
    return "\(process) measures on this machine since \(UtcTime.iso(unixSeconds: busy.sinceUnixSeconds))"
  }

  var description: String { "\(MachineBusy.inWords(busy)): \(remedy)" }
}

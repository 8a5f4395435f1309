import CHost
import Machine

/// Puts back what a journal left behind says; `splitbench msr restore`.
public struct Undo {
  public let file: JournalFile
  public let files: FileTree

  public init(file: JournalFile, files: FileTree) {
    self.file = file
    self.files = files
  }

  public enum Outcome: Sendable, Equatable {
    case nothingToDo
    /// Booting has undone its changes; it is removed.
    case ofAnotherBoot
    /// So many settings are as they were.
    case restored(Int)
    /// The journal is kept.
    case differs([String])
  }

  /// - Throws: `ControlBusy` while a run or its guardian is at work; `JournalFailure`.
  public func run() throws -> Outcome {
    let lock = try ControlLock(files, patience: 2)
    defer { withExtendedLifetime(lock) {} }
    // What a run left comes first: the changes that are meant to stay were there before it.
    let (ofRun, staying) = (try undo(file.ofRun), try undo(file))
    switch (ofRun, staying) {
    case (.differs(let some), .differs(let more)): return .differs(some + more)
    case (.differs, _), (_, .nothingToDo): return ofRun
    case (.restored(let some), .restored(let more)): return .restored(some + more)
    default: return staying
    }
  }

  private func undo(_ file: JournalFile) throws -> Outcome {
    guard let journal = try file.read() else { return .nothingToDo }
    guard journal.bootId == BootId.current(files) else {
      try file.remove()
      return .ofAnotherBoot
    }
    let hz = chost_timer_hz()
    let machine = ControlledMachine(files: files, timerHz: hz > 0 ? Int(hz) : nil)
    let left = Restoration(machine: machine, before: journal.before).run()
    guard left.isEmpty else { return .differs(left) }
    try file.remove()
    let before = journal.before
    return .restored(before.bits.count + before.online.count + (before.mitigates == nil ? 0 : 1))
  }
}

import ArgumentParser
import DetectionControl
import Machine

extension SplitBench.Msr {
  struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put back what the journal says the machine was.",
      discussion: """
        Undoes splitbench msr set, and a run that was killed together with its guardian. Brings CPUs online first, changes \
        only the bits that the journal names, and looks twice. Exit code 1 if something still differs: the journal is kept \
        then. A journal of an earlier boot is only removed: booting has undone its changes.
        """)

    @OptionGroup var place: JournalPlace

    func run() throws {
      try exitingCleanly {
        switch try Undo(file: place.file, files: place.files).run() {
        case .nothingToDo: try emit("nothing to restore: there is no journal at \(place.journal)\n")
        case .ofAnotherBoot:
          try emit("the journal was of an earlier boot, which undid its changes: removed\n")
        case .restored(let count):
          try emit("restored: \(count) setting\(count == 1 ? " is" : "s are") as before\n")
        case .differs(let what):
          for line in what { complain("error: \(line)") }
          throw ExitCode(1)
        }
      }
    }
  }
}

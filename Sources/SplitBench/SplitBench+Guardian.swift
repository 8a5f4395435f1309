import ArgumentParser
import DetectionControl
import Machine

extension SplitBench {
  /// What a run starts beside itself; nobody calls it by hand.
  struct Guardian: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Wait for a run to end, and put back what it has not.", shouldDisplay: false)

    @Option var parent: Int
    @Option var nonce: UInt64
    @Option var timerHz: Int
    @OptionGroup var place: JournalPlace

    func run() throws {
      try exitingCleanly {
        let watch = GuardianWatch(
          parent: parent, journal: place.file, nonce: nonce,
          machine: ControlledMachine(files: place.files, timerHz: timerHz))
        let left = try watch.run()
        for line in left {
          complain("error: \(line); try splitbench msr restore, with the --journal of the run")
        }
        if !left.isEmpty { throw ExitCode(1) }
      }
    }
  }
}

import ArgumentParser
import CHost
import Measurement

extension SplitBench {
  /// What the experiment `guest` starts beside itself; nobody calls it by hand.
  struct Guest: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Own a KVM guest, do one task with it, and print what was found as JSON lines.",
      shouldDisplay: false)

    @Option var parent: Int
    @Option var task: String

    func run() throws {
      try exitingCleanly {
        // A guest must not outlive its run.
        guard chost_die_with_parent(Int32(parent)) == 0 else { return }
        try GuestWorker.serve(try GuestTask(argument: task), write: emit)
      }
    }
  }
}

import ArgumentParser
import Exports
import StoredRuns
import SystemPackage

extension SplitBench {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a run's samples in the format of a tool people already use.",
      discussion: """
        pyperf: JSON for `python -m pyperf stats`, `hist`, `compare_to` and others: one benchmark for each cell of \
        cost.csv, one run for each of its rounds, one value for each sample that counts for its cost, in seconds an \
        operation. What other tools would take for repetition, rounds, cannot see what differs between runs: \
        compare runs of two machines with `splitbench compare`.
        """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case pyperf }

    @Argument(help: "A result folder with cost.csv and samples.csv.", completion: .directory)
    var folder: String

    @Option(help: "What to write.")
    var format: Format

    func run() throws {
      try exitingCleanly {
        let suite = try PyperfSuite(StoredRun(FilePath(folder)))
        for notice in suite.notices { complain("note: \(notice)") }
        try emit(suite.json())
      }
    }
  }
}

import ArgumentParser
import CHost

/// The command line: a table of contents.
@main
struct SplitBench: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "splitbench",
    abstract: "Measure what a split lock costs on this x86 CPU.",
    discussion: """
      A split lock is a locked instruction whose operand straddles two cache lines. SplitBench measures what \
      every locked instruction costs aligned, within a line, across a line and across a page, prints a table \
      and writes a folder of CSV.

      It issues real split locks, which may slow other programs on this host, for at most the plan's budget: \
      0.5 s in quick, 2 s in standard, 20 s in thorough, in bursts of at most 10 ms. It changes no setting of the machine without --allow-msr-writes.

      Exit codes: 0 done, 1 the answer is no (a setting did not take, or still differs), 2 could not (the message says why), 64 usage, 130 interrupted with partial results kept.
      """,
    version: version,
    subcommands: [
      Run.self, Compare.self, Report.self, Doctor.self, List.self, Export.self, Msr.self, Model.self,
      Guardian.self, Guest.self,
    ],
    defaultSubcommand: Run.self)

  static func main() {
    var count: Int32 = 0
    let list = chost_arguments(&count)
    main((1..<max(1, Int(count))).map { String(cString: list[$0]) })
  }
}

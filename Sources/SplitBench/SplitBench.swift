import ArgumentParser
import CHost
import Glibc

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
      Run.self, Compare.self, Report.self, Doctor.self, List.self, Export.self, Anonymise.self, Msr.self,
      Model.self,
      Guardian.self, Guest.self,
    ],
    defaultSubcommand: Run.self)

  static func main() {
    reserveStandardDescriptors()
    var count: Int32 = 0
    let list = chost_arguments(&count)
    let arguments = (1..<max(1, Int(count))).map { String(cString: list[$0]) }
    do {
      try exitingCleanly { try UnknownCommand.check(arguments, root: self) }
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      end(error)
    }
  }

  /// As ArgumentParser's `exit(withError:)`, but help that cannot be written is an error.
  private static func end(_ error: any Error) -> Never {
    let text = fullMessage(for: error)
    var code = exitCode(for: error)
    if !text.isEmpty, code == .success {
      do {
        try emit(text + "\n")
      } catch {
        complain("error: \(error)")
        code = ExitCode(2)
      }
    } else if !text.isEmpty {
      complain(text)
    }
    Glibc.exit(code.rawValue)
  }
}

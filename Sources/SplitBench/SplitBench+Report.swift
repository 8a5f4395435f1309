import ArgumentParser
import Pages
import Reporting
import StoredRuns
import SystemPackage

extension SplitBench {
  struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a page of one run, or of several side by side.",
      discussion: """
        The page is one file of HTML with plots, their numbers as tables and CSV, and no script; it fetches nothing. Several \
        runs, of several machines or boots of one, are lined up by machine and by how Linux was booted; of more than twelve, \
        those that share both are shown as their median, from the lowest to the highest. Whether they differ by more than \
        chance is what compare tells. Of more than twelve machines the page is about the fleet: kinds of machine, which is fast, \
        which machine is unlike its kind, what Linux does about split locks where.

        splitbench report results/amd-epyc-f25-m17-s1-kvm --output run.html
        splitbench report warn/ fatal/ off/ --output modes.html
        splitbench report results/*/*/ --index --output results/index.html
        splitbench report DIR --markdown | xclip
        """)

    @Argument(help: ArgumentHelp("Result folders, or folders in which they lie.", valueName: "dir"))
    var folders: [String]

    @Option(
      help: ArgumentHelp(
        "File to write, '-' for standard output; with --markdown that is the default.", valueName: "file"))
    var output: String?

    @Flag(help: "Write compact Markdown, for a forum post or an issue.")
    var markdown = false

    @Flag(help: "Write a page that lists the runs, with links to their files.")
    var index = false

    @Flag(
      help:
        "Write about the machines as a fleet, however few: kinds, ranking, machines unlike their kind, policy census."
    )
    var fleet = false

    func validate() throws {
      guard output?.isEmpty != true else {
        throw ValidationError("--output needs the path of a file, or '-'")
      }
      guard markdown || output != nil else {
        throw ValidationError("give --output FILE for a page, '-' for standard output, or --markdown")
      }
      guard !(fleet && index) else { throw ValidationError("--index lists runs: it goes without --fleet") }
      guard !(markdown && index) else {
        throw ValidationError("--index is a page: it goes without --markdown")
      }
    }

    func run() throws {
      try exitingCleanly {
        var runs = try RunCollection.find(folders.map { FilePath($0) }, passingOver: true)
        let text = try runs.reading(page)
        runs.complainOfUnread()
        try write(text)
      }
    }

    private func page(_ found: RunCollection) throws -> String {
      let (runs, unread) = (found.runs, found.unread)
      if index { return try ResultsIndex(runs, unread: unread, in: folder).html }
      if fleet || FleetReport.suits(runs) {
        let report = try FleetReport(runs, unread: unread)
        return markdown ? report.markdown : report.html
      }
      let report = try Pages.Report(runs, unread: unread)
      return markdown ? report.markdown : report.html
    }

    /// Where the index lies, and its links begin.
    private var folder: FilePath {
      guard let output, output != "-" else { return "." }
      let folder = FilePath(output).removingLastComponent()
      return folder.isEmpty ? "." : folder
    }

    private func write(_ text: String) throws {
      guard let output, output != "-" else { return try emit(text) }
      do {
        try FinishedFile.write(text, to: FilePath(output))
      } catch {
        throw UnwritableOutput(file: output, cause: error)
      }
      complain("wrote \(output), \((text.utf8.count + 1023) / 1024) KiB")
    }
  }
}

/// The file that `--output` names could not be written.
private struct UnwritableOutput: Error, CustomStringConvertible {
  let file: String
  let cause: any Error
  var description: String { "cannot write \(file): \(cause): choose another file with --output" }
}

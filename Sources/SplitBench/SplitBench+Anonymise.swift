import ArgumentParser
import Exports
import Glibc
import Machine
import StoredRuns
import SystemPackage

extension SplitBench {
  struct Anonymise: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy result folders without what tells whose machines they are of.",
      discussion: """
        Host names, instances and labels that the records have go, and the names of folders; so does, wherever it stands, what \
        is recognised by its shape: paths, addresses of networks, hardware, mail and memory, unique ids, names that clouds give, \
        and tasks in Linux's log. Of users only the one who asks is known: give other names with --word, and look through the \
        copies. Machines are called machine1, machine2 ..., and keep their runs. Times, CPUs, microcode, Linux's release and all \
        that was measured stay. Summaries, into which people write, and files that are not a run's are left out, and named.

          splitbench anonymise results --out to-share
          splitbench anonymise results/epyc --out to-share --word acme,hpc-lab
        """)

    @Argument(help: "Result folders, or folders in which they lie.", completion: .directory)
    var folders: [String]

    @Option(help: ArgumentHelp("Folder for the copies, new or empty.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Further names to take out, separated by commas.", valueName: "words"))
    var word: String?

    func validate() throws {
      if folders.isEmpty { throw ValidationError("name the result folders to copy") }
      if out.isEmpty { throw ValidationError("--out needs the path of a folder") }
    }

    func run() throws {
      try exitingCleanly {
        let runs = try RunCollection.find(folders.map { FilePath($0) }).runs
        let copied = try AnonymousRuns(runs, words: words).write(to: FilePath(out))
        for run in copied where !run.leftOut.isEmpty {
          complain("left out of \(run.from): \(run.leftOut.joined(separator: ", "))")
        }
        for run in copied { try emit("\(run.to)\n") }
      }
    }

    /// Of this machine, on which the runs may have been made, and of whoever asks.
    private var words: [String] {
      let own = [
        FileTree.live.value("/proc/sys/kernel/hostname"),
        getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) },
      ].compactMap { $0 }
      // Every machine has a root and most containers a localhost.
      return own.filter { !["root", "localhost"].contains($0) }
        + (word?.split(separator: ",").map(String.init) ?? [])
    }
  }
}

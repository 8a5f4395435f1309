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
        that was measured stay. Summaries, into which people write, and files that are not a run's are left out, and named: once where many folders have them.

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
        for line in leftOut(of: copied) { complain(line) }
        for run in copied { try emit("\(run.to)\n") }
      }
    }

    /// What most folders have is said once.
    private func leftOut(of copied: [AnonymousRuns.Copied]) -> [String] {
      let alike = Dictionary(grouping: copied.filter { !$0.leftOut.isEmpty }, by: \.leftOut)
      let usual = alike.filter { $0.value.count > 1 }
        .max { ($0.value.count, $1.key.joined()) < ($1.value.count, $0.key.joined()) }
      let lines: [(place: String, files: [String])] =
        (usual.map { [("\($0.value.count) of \(copied.count) folders", $0.key)] } ?? [])
        + copied.filter { !$0.leftOut.isEmpty && $0.leftOut != usual?.key }.map { ("\($0.from)", $0.leftOut) }
      return lines.map {
        "left out of \($0.place), since anything may be written there: \($0.files.joined(separator: ", "))"
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

import ArgumentParser
import Machine

/// Where results go, and how much is said.
struct RunOutput: ParsableArguments {
  @Option(help: ArgumentHelp("Folder in which the result folder is made.", valueName: "dir"))
  var out = "results"

  @Option(help: "A word for the folder's name: letters, digits, '.', '_' and '-'.")
  var label: String?

  @Flag(
    help:
      "Write this machine's host name into run.json. Otherwise a hash of /etc/machine-id tells its runs from others'."
  )
  var hostName = false

  @Flag(help: "Print what would be measured, and measure nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "With --dry-run: plan for a machine in hwloc's synthetic notation, such as \"pack:2 l3:8 core:8 pu:2\".",
      valueName: "description"))
  var topology: String?

  @Flag(help: "Print the record and all rows as JSON instead of the table.")
  var json = false

  @Flag(help: "Print nothing on standard error but errors.")
  var quiet = false

  func validate() throws {
    if let label, label.isEmpty || label.count > 40 || !label.allSatisfy(RunOutput.isAllowed) {
      throw ValidationError("--label takes up to 40 letters, digits, '.', '_' and '-'")
    }
    if topology != nil && !dryRun {
      throw ValidationError("--topology describes a machine that is not here: it needs --dry-run")
    }
    if out.isEmpty { throw ValidationError("--out needs the path of a folder") }
  }

  static func parse(_ topology: String) throws(BadTopology) -> Topology {
    do { return try Topology.synthetic(topology) } catch { throw BadTopology(text: topology) }
  }

  private static func isAllowed(_ character: Character) -> Bool {
    character.isASCII
      && (character.isLetter || character.isNumber || character == "." || character == "_"
        || character == "-")
  }
}

/// A machine that hwloc cannot make.
struct BadTopology: UsageError, CustomStringConvertible {
  let text: String
  var description: String {
    "hwloc does not understand --topology '\(text)': write levels from the outside in, such as \"pack:2 l3:8 core:8 pu:2\""
  }
}

import ArgumentParser
import DetectionControl
import Machine
import SystemPackage

/// Flags of whatever changes the machine.
struct ControlOptions: ParsableArguments {
  @Flag(
    help:
      "Give leave to write model-specific registers and kernel.split_lock_mitigate. Without it nothing is changed."
  )
  var allowMsrWrites = false

  @Flag(help: "Give leave to switch on #AC where Linux booted without it: that can kill others.")
  var allowArming = false

  @Flag(help: "Switch it on even where a virtual machine runs, or an oops would panic.")
  var force = false

  @OptionGroup var place: JournalPlace

  var leave: DetectionControl.Leave {
    DetectionControl.Leave(writing: allowMsrWrites, arming: allowArming, force: force)
  }
}

/// Where the way back is written down.
struct JournalPlace: ParsableArguments {
  @Option(help: ArgumentHelp("File that holds what the machine was before.", valueName: "file"))
  var journal: String = JournalFile.defaultPath.string

  /// Plain files below another root stand in for the machine's: the tests'.
  @Option(help: .hidden)
  var root: String = "/"

  /// As a remedy has to name it.
  var flag: String { journal == JournalFile.defaultPath.string ? "" : " --journal \(journal)" }
  var file: JournalFile { JournalFile(FilePath(journal)) }
  var files: FileTree { FileTree(root: FilePath(root)) }
}

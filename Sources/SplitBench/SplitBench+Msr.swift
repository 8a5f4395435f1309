import ArgumentParser

extension SplitBench {
  struct Msr: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The model-specific registers of split-lock and bus-lock detection: show, set, restore.",
      subcommands: [Show.self, SetDetection.self, Restore.self], defaultSubcommand: Show.self)
  }
}

import ArgumentParser

extension SplitBench {
  struct Msr: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The model-specific registers of split-lock and bus-lock detection.",
      subcommands: [Show.self], defaultSubcommand: Show.self)
  }
}

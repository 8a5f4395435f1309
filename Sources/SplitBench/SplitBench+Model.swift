import ArgumentParser
import Measurement
import PolicyModel
import Reporting
import StoredRuns
import SystemPackage

extension SplitBench {
  struct Model: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Simulate what detection policies do to a workload, with measured costs. Touches no machine.",
      discussion: """
        Runs a scenario, built in or from a JSON file, under each policy: those merged into Linux from 5.7 on, those \
        that a mail of October 2019 proposes, and KVM's and QEMU's. docs/model.md says what is modelled, and what the model was held \
        against; docs/scenario.schema.json describes the file.

        Costs are those of the run that is part of SplitBench; --costs takes them from one of this machine. The same seed gives the same \
        bytes of CSV anywhere. Exit code 2 if a file cannot be read or is no scenario.
        """)

    @Flag(help: "List the scenarios and the policies.")
    var list = false

    @Option(help: ArgumentHelp("Built-in scenario, or file of one.", valueName: "name|file"))
    var scenario = "noisy-guest"

    @Option(
      help: ArgumentHelp(
        "Policies, with their options: see --list. All if none is named.", valueName: "id,..."))
    var policy: CommaList<PolicyChoice>?

    @Option(help: ArgumentHelp("Result folder whose measured costs are taken.", valueName: "dir"))
    var costs: String?

    @Option(help: "Independent replicates, 1 to 1000000.")
    var replicates = 1

    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 1

    @Flag(help: "Print JSON.")
    var json = false

    @Option(
      help: ArgumentHelp("Write model.csv, a row a policy and replicate, to this file.", valueName: "file"))
    var csv: String?

    func validate() throws {
      guard (1...1_000_000).contains(replicates) else {
        throw ValidationError("--replicates must be from 1 to 1000000.")
      }
    }

    func run() throws {
      try exitingCleanly {
        guard !list else { return try emit(ModelCatalogue.text) }
        let scenario = try Scenario.find(self.scenario)
        let costs = try (self.costs.map { try Costs(of: StoredRun(FilePath($0))) } ?? .committed)
          .changed(by: scenario.costs)
        if let victim = scenario.bystander, costs.stallShares[victim] == nil {
          throw UnknownBystander(victim: victim, known: costs.stallShares.keys.sorted())
        }
        guard replicates <= scenario.replicateLimit else {
          throw TooManyReplicates(asked: replicates, scenario: scenario)
        }
        let file = try csv.map { try TextFile(FilePath($0)) }
        try file?.write(ModelTable.header)
        var summaries: [ReplicateSummary] = []
        var absent: [PolicyChoice] = []
        for policy in policy?.elements ?? PolicyChoice.all {
          var row = ModelRow(scenario: scenario, policy: policy, seed: seed, costs: costs)
          guard policy.obstacle(on: scenario.host) == nil else {
            absent.append(policy)
            try file?.write(ModelTable.line(row))
            continue
          }
          var summary = ReplicateSummary(policy)
          for number in 0..<replicates {
            let found = policy.replicate(scenario, costs, seed: seed, number: number)
            summary.add(found)
            (row.number, row.found) = (number, found)
            try file?.write(ModelTable.line(row))
          }
          summaries.append(summary)
        }
        try file?.close()
        let document = ModelDocument(scenario, summaries, absent: absent, costs: costs, seed: seed)
        try emit(json ? try Json.text(document) : document.text)
      }
    }
  }
}

extension PolicyChoice: ListElement {
  package init?(word: String) { self.init(id: word) }
  package static var validWords: [String] { catalogue.map(\.grammar) }
}

private enum ModelCatalogue {
  static var text: String {
    var scenarios = TextTable(columns: ["scenario", "what happens"])
    scenarios.rows = Scenario.builtIn.map { [$0.name, $0.summary] }
    var policies = TextTable(columns: ["policy", "what it does"])
    policies.rows = PolicyChoice.catalogue.map { [$0.grammar, $0.meaning] }
    return scenarios.leftAligned + "\n" + policies.leftAligned
  }
}

/// What all replicates together do could not be counted.
struct TooManyReplicates: Error, CustomStringConvertible {
  let asked: Int
  let scenario: Scenario
  var description: String {
    "--replicates \(asked): too many to sum up for \(scenario.name), with all who are in it for \(scenario.seconds) s; at most \(scenario.replicateLimit)"
  }
}

/// The scenario names a victim of which the costs say nothing.
struct UnknownBystander: Error, CustomStringConvertible {
  let victim: String
  let known: [String]
  var description: String {
    "bystander is \(victim.debugDescription), of which the costs say nothing; they know \(known.joined(separator: ", "))"
  }
}

import Measurement

/// The command that measures the cells of a run again, in the same order.
enum RunCommand {
  static func text(_ run: PageRun) -> String {
    let parameters = run.record.parameters
    let settings = run.settings.map(\.setting).distinct
    let lists: [(flag: String, values: [String])] = [
      ("only", parameters.experiments), ("settings", settings), ("cpu", parameters.cpus.map(String.init)),
      ("instruction", parameters.instructions), ("width", parameters.widths.map(String.init)),
      ("placement", parameters.placements), ("offset", parameters.offsets.map(String.init)),
      ("victim", parameters.victims), ("victim-node", parameters.victimNode.map { [String($0)] } ?? []),
    ]
    let changesMachine = parameters.experiments.contains {
      ExperimentId(rawValue: $0)?.changesMachine == true
    }
    return
      (["splitbench run --plan \(parameters.plan) --seed \(parameters.seed)"]
      + lists.filter { !$0.values.isEmpty }.map { "--\($0.flag) \($0.values.joined(separator: ","))" }
      // Rounds that were asked for are also the most.
      + (parameters.rounds == parameters.mostRounds ? ["--rounds \(parameters.rounds)"] : [])
      + ["--budget \(Decimal.significant(parameters.budgetSeconds))"]
      + (parameters.allPairs ? ["--all-pairs"] : [])
      + (changesMachine ? ["--allow-msr-writes"] : [])
      + (parameters.experiments.contains("hotplug") ? ["--allow-hotplug"] : [])).joined(separator: " ")
  }
}

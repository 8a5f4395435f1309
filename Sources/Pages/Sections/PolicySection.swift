import Reporting
import StoredRuns

/// What `splitbench model` foretold with a run's costs: policies side by side, where its table lies in the run's folder.
enum PolicySection: SectionMaker {
  private static let columns: [(name: String, title: String, quantity: Quantity)] = [
    ("throughput_share", "done", .share), ("detected_share", "known", .share),
    ("first_detection_ns", "first known behind", .nanoseconds), ("sigbus_tasks", "SIGBUS", .count),
    ("sigbus_in_guests", "SIGBUS in guests", .count), ("guests_killed", "guests killed", .count),
    ("oopses", "oopses", .count), ("spurious_ac", "spurious #AC", .count),
    ("msr_writes_per_second", "MSR writes", .perSecond), ("toggles_per_second", "toggles", .perSecond),
    ("log_lines", "log lines", .count), ("bystander_slowdown", "bystander takes", .factor),
  ]
  /// Columns with what costs that were not measured leave open.
  private static let open = ["throughput_share", "bystander_slowdown"]
  private static let names = columns.map(\.name) + open.flatMap { [$0 + "_low", $0 + "_high"] }

  /// All replicates of a scenario under a policy, with a run's costs.
  private struct Outcome {
    let run: PageRun
    let scenario, policy: String
    var bystander: String?
    /// Whether the policy can be on the scenario's host.
    let isApplicable: Bool
    /// By column, without empty fields.
    var values: [String: [Double]] = [:]

    private func mean(_ name: String) -> Double? {
      guard let found = values[name] else { return nil }
      return found.reduce(0, +) / Double(found.count)
    }

    /// The mean, from the least replicate to the most, with what is open.
    func spread(_ name: String) -> Ranged? {
      guard let mean = mean(name) else { return nil }
      let all = [name, name + "_low", name + "_high"].flatMap { values[$0] ?? [] }
      let (low, high) = (all.min() ?? mean, all.max() ?? mean)
      return low == high ? Ranged(value: mean) : Ranged(value: mean, low: low, high: high)
    }

    /// The mean; where that is open, its ends.
    func text(_ name: String, _ quantity: Quantity) -> String {
      guard isApplicable else { return "n/a" }
      let ends = [name + "_low", name + "_high"].compactMap { mean($0).map(quantity.text) }
      guard ends.count == 2, ends[0] != ends[1] else { return mean(name).map(quantity.text) ?? "-" }
      return "\(ends[0]) to \(ends[1])"
    }
  }

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    var outcomes: [Outcome] = []
    for run in runs { outcomes += try read(run) }
    guard !outcomes.isEmpty else { return nil }
    var section = PageSection("policies", "What policies would do")
    section.words = [
      "Simulated, not measured: what splitbench model foretells of detection policies on one workload, with these costs. Done are the"
        + " split locks performed of those wanted, known those that Linux or KVM came to know of; counts are means of a replicate. Where"
        + " costs that were not measured leave a value open, both ends are told; n/a is a policy that cannot be on such a host."
    ]
    for (index, scenario) in outcomes.map(\.scenario).distinct.enumerated() {
      let chosen = outcomes.filter { $0.scenario == scenario }
      section.tables.append(table(scenario, chosen, isOne: runs.count == 1))
      section.figures += [
        figure("policies-\(index + 1)", scenario, chosen, RunStyles(runs), isOne: runs.count == 1)
      ].compactMap(
        \.self)
    }
    section.digest.tables = section.tables
    return section
  }

  private static func read(_ run: PageRun) throws(ReadFailure) -> [Outcome] {
    guard
      let entries = try Entries(
        run.stored, "model", required: ["scenario", "policy"], optional: names + ["bystander", "applicable"])
    else { return [] }
    let (scenarios, policies) = (try entries.texts("scenario"), try entries.texts("policy"))
    let (bystanders, applicable) = (try entries.text("bystander"), try entries.boolean("applicable"))
    var fields: [[Double?]] = []
    for name in names { fields.append(try entries.number(name)) }
    var outcomes: [Outcome] = []
    var places: [[String]: Int] = [:]
    for row in entries.rows {
      let place = places[[scenarios[row], policies[row]], default: outcomes.count]
      if place == outcomes.count {
        places[[scenarios[row], policies[row]]] = place
        outcomes.append(
          Outcome(
            run: run, scenario: scenarios[row], policy: policies[row], bystander: bystanders[row],
            isApplicable: applicable[row] ?? true))
      }
      for (name, field) in zip(names, fields) {
        if let value = field[row] { outcomes[place].values[name, default: []].append(value) }
      }
    }
    return outcomes
  }

  private static func table(_ scenario: String, _ outcomes: [Outcome], isOne: Bool) -> PageTable {
    let rows = outcomes.map { outcome in
      (isOne ? [] : [outcome.run.label]) + [outcome.policy]
        + columns.map { outcome.text($0.name, $0.quantity) }
    }
    return PageTable(
      "Policies on \(scenario)", .words,
      TextTable(columns: (isOne ? [] : ["run"]) + ["policy"] + columns.map(\.title), rows: rows),
      meanings: columns.compactMap { column in
        RunResults.columnMeanings["model"]?[column.name].map { .init(name: column.title, text: $0) }
      })
  }

  private static func figure(
    _ id: String, _ scenario: String, _ outcomes: [Outcome], _ styles: RunStyles, isOne: Bool
  ) -> Figure? {
    let name = "bystander_slowdown"
    let outcomes = outcomes.filter(\.isApplicable)
    let all = outcomes.compactMap { $0.spread(name) }.flatMap(\.all)
    guard
      let axis = Axis(
        "times as long as beside no split locks", .factor, .logarithmic, covering: all, showing: 1...2)
    else { return nil }
    var data: [[String]] = []
    let rows = outcomes.map(\.policy).distinct.map { policy in
      DotPlot.Row(
        label: policy,
        dots: outcomes.filter { $0.policy == policy }.compactMap { outcome in
          guard let slowdown = outcome.spread(name) else { return nil }
          data.append(
            [outcome.run.stored.name, scenario, policy, outcome.bystander ?? ""]
              + [slowdown.value, slowdown.low, slowdown.high].map(Field.number))
          return DotPlot.Dot(
            name: "\(outcome.run.label), \(policy)", style: styles.style(outcome.run), value: slowdown)
        })
    }
    return Figure(
      id, "What \(outcomes.first?.bystander ?? "a bystander") pays, by policy",
      caption:
        "The mean of replicates, from the one that pays least to the one that pays most, with what is open.",
      isWide: true,
      plot: DotPlot(
        x: axis, rows: rows, legend: isOne ? [] : styles.legend(outcomes.map(\.run), line: false)),
      data: TextTable(
        columns: [
          "run", "scenario", "policy", "bystander", "bystander_slowdown", "bystander_slowdown_least",
          "bystander_slowdown_most",
        ], rows: data))
  }
}

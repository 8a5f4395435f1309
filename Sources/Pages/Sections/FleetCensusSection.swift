import Fleet
import Measurement
import Reporting

/// What Linux does about split locks, machine by machine, as last seen.
enum FleetCensusSection {
  static func make(_ fleet: Fleet) -> PageSection {
    var section = PageSection("census", "Policy census")
    let latest = fleet.machines.map(\.latest)
    let processors = Dictionary(grouping: latest, by: \.record.machine.processor.slug)
      .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.key).prefix(mostProcessors)
    let rows = fleet.policies.map { policy, machines in
      [policy, "\(machines.count)"]
        + processors.map { slug in "\(machines.count { $0.latest.record.machine.processor.slug == slug })" }
    }
    let table = PageTable(
      "Machines by split-lock policy, as last seen", .numbers,
      TextTable(columns: ["policy", "machines"] + processors, rows: rows))
    section.tables = [table]
    section.digest.tables = [table]
    let changed = fleet.machines.filter { Set($0.runs.map(\.policyInWords)).count > 1 }
    if !changed.isEmpty {
      section.facts = [
        "\(Decimal.count(changed.count, "machine")) had more than one policy over time: \(Words.list(changed.prefix(mostNames).map(\.name)))\(changed.count > mostNames ? " and others" : "")"
      ]
    }
    section.digest.facts = section.facts
    let (delayed, killed) = (
      latest.count { $0.record.machine.policy.mayDelay }, latest.count { $0.record.machine.policy.mayKill }
    )
    section.findings = [
      "Linux leaves split locks alone on \(latest.count { $0.record.machine.policy.leavesAlone }), may delay them on \(delayed) and kill on \(killed)."
    ]
    return section
  }

  private static let mostProcessors = 8
  private static let mostNames = 10
}

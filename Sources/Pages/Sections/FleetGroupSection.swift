import Fleet
import Measurement
import Reporting

/// Which kinds of machine there are.
enum FleetGroupSection {
  static func make(_ fleet: Fleet, _ names: FleetNames) -> PageSection {
    var section = PageSection("kinds", "Kinds of machine")
    section.words = [
      "Machines of a kind have the same processor and stepping, hypervisor, microcode, number of packages, Linux and split-lock policy."
    ]
    let rows = fleet.groups.map { group in
      let (machine, policy) = (group.example.record.machine, group.example.policyInWords)
      let processor = machine.processor
      return [
        names[group.name], processor.brand,
        "\(processor.family)/\(processor.model)/\(processor.stepping)", processor.hypervisor ?? "none",
        machine.linux.microcode ?? "unknown", String(machine.topology.packageCount), machine.linux.release,
        policy, String(group.members.count), String(group.runCount),
      ]
    }
    let table = PageTable(
      "Kinds", .words,
      TextTable(
        columns: [
          "kind", "processor", "family/model/stepping", "hypervisor", "microcode", "packages", "Linux",
          "split-lock policy", "machines", "runs",
        ], rows: rows))
    section.tables = [table]
    section.digest.tables = [table]
    let alone = fleet.groups.count { $0.members.count == 1 }
    section.findings = [
      "\(Decimal.count(fleet.machines.count, "machine")) of \(Decimal.count(fleet.groups.count, "kind"))"
        + (alone > 0 ? ", \(alone) of these with one machine alone" : "") + "."
    ]
    return section
  }
}

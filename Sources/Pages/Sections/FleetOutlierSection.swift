import Fleet
import Measurement
import Reporting
import StoredRuns

/// Machines that are not like the others of their kind, by name.
enum FleetOutlierSection {
  static func make(_ fleet: Fleet, _ runs: [StoredRun], _ names: FleetNames) -> PageSection {
    var section = PageSection("outliers", "Machines unlike their kind")
    section.words = [
      "Of machines with one hardware, five or more, those set up otherwise than three quarters of them; of equal machines those whose"
        + " number lies farther from the median than chance lets one of all of them lie."
    ]
    section.facts =
      fleet.deviations.map { "\($0.text): \(shown($0.machines))" } + clones(fleet) + unsound(runs)
    if !fleet.strays.isEmpty {
      let table = PageTable(
        "Far from equal machines", .words,
        TextTable(
          columns: [
            "machine", "kind", "what", "over the median", "robust deviations", "machines of the kind",
          ],
          rows: fleet.strays.prefix(mostRows).map {
            [
              $0.machine, names[$0.group], $0.metric.name, Decimal.fixed($0.ratio, 3),
              Decimal.fixed($0.score, 1), "\($0.outOf)",
            ]
          }),
        note: fleet.strays.count > mostRows ? "the farthest \(mostRows) of \(fleet.strays.count)" : nil)
      section.tables = [table]
      section.digest.tables = [table]
    }
    if section.facts.isEmpty, fleet.strays.isEmpty { section.facts = ["none"] }
    section.digest.facts = section.facts
    let stray = fleet.strays.map(\.machine).distinct
    section.findings =
      fleet.deviations.filter { $0.property == "split-lock policy" }.map {
        "\($0.text): \(shown($0.machines))."
      }
      + (stray.isEmpty ? [] : ["Far from equal machines: \(shown(stray))."])
    return section
  }

  private static func clones(_ fleet: Fleet) -> [String] {
    let shared =
      fleet.clones.isEmpty
      ? []
      : [
        "\(Decimal.count(fleet.clones.count, "machine-id")) shared by several machines, whose processors differ or whose boots take turns, overlap or have several names; each host name, or else each boot, counts as a machine: \(shown(fleet.clones))"
      ]
    let doubtful = fleet.machines.compactMap { machine in
      machine.boots.map {
        "\(machine.name): one machine rebooted \($0) times, or \($0) clones; it counts as one"
      }
    }
    return shared + doubtful.prefix(mostNames)
      + (doubtful.count > mostNames ? ["\(doubtful.count - mostNames) more of that kind"] : [])
  }

  /// Runs that say of themselves that something was not as it should be.
  private static func unsound(_ runs: [StoredRun]) -> [String] {
    let kinds: [(String, (StoredRun) -> Bool)] = [
      ("not complete", { !$0.isComplete }),
      ("settings changed meanwhile", { $0.record.settingsChanged == true }),
      ("the machine was not put back", { $0.record.warnings.contains { $0.id == "not-restored" } }),
      ("without a lock against other runs", { $0.record.warnings.contains { $0.id == "unlocked" } }),
      (
        "with a lock that may not have kept all others away",
        { $0.record.warnings.contains { $0.id == "locked-in-part" } }
      ),
    ]
    return kinds.compactMap { text, holds in
      let found = runs.filter(holds)
      guard !found.isEmpty else { return nil }
      return "\(Decimal.count(found.count, "run")) \(text): \(shown(found.map(\.name)))"
    }
  }

  private static func shown(_ names: [String]) -> String {
    Words.list(
      Array(names.prefix(mostNames)) + (names.count > mostNames ? ["\(names.count - mostNames) more"] : []))
  }

  private static let mostNames = 10
  private static let mostRows = 100
}

import Machine
import Reporting
import StoredRuns

/// What the runs were measured on.
enum MachineSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    var section = PageSection("machine", runs.count == 1 ? "Machine" : "Machines")
    section.tables = runs.count == 1 ? one(runs[0].record) : [many(runs)]
    section.digest.tables = Array(section.tables.prefix(1))
    return section
  }

  private static func one(_ record: RunRecord) -> [PageTable] {
    var machine = record.machine
    machine.policy = record.judgedPolicy ?? machine.policy
    let words = MachineWords(machine)
    func pairs(_ name: String, _ rows: [(name: String, text: String)]) -> PageTable {
      PageTable(
        name, .pairs, TextTable(columns: ["what", "found"], rows: rows.map { [$0.name, $0.text] }),
        isBeside: true)
    }
    return [
      pairs("As the run found it", words.hardware + words.noise),
      pairs(
        "What Linux does about split locks, and how that is known",
        [("policy", words.policy)] + machine.policy.evidence.map { ($0.source, $0.finding) }),
    ]
  }

  private static func many(_ runs: [PageRun]) -> PageTable {
    var table = TextTable(columns: [
      "machine", "CPU", "guest of", "Linux", "HZ", "microcode", "CPUs", "split-lock policies",
    ])
    for machine in runs.map(\.machine).distinct {
      let own = runs.filter { $0.machine == machine }
      func all(_ value: (MachineReport) -> String?) -> String {
        (own.map { value($0.record.machine) ?? "-" }).distinct.joined(separator: ", ")
      }
      table.rows.append([
        machine,
        all {
          "\($0.processor.brand), family \($0.processor.family) model \($0.processor.model) stepping \($0.processor.stepping)"
        },
        all(\.processor.hypervisor), all(\.linux.release), all { $0.linux.timerHz.map(String.init) },
        all(\.linux.microcode), all { "\($0.topology.cpus.count)" },
        own.map(\.mode).distinct.joined(separator: ", "),
      ])
    }
    return PageTable("As the runs found them", .words, table)
  }
}

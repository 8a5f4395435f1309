import Machine
import Measurement

/// `scope.csv`: one row a CPU looked at while another's bit, or its own, was written.
enum ScopeTable {
  static func table(run: String) -> CsvTable<ScopeRow> {
    CsvTable(columns: [
      .text("run", "Name of the result folder.") { _ in run },
      .text("bit", "sld: bit 29 of MSR 0x33; bld: bit 2 of IA32_DEBUGCTL.") { $0.bit.rawValue },
      .text(
        "evidence",
        "register: the bit was flipped on written_cpu and read on cpu; behaviour: it was set on written_cpu alone and a split lock tried on cpu."
      ) { $0.evidence.rawValue },
      .integer("written_cpu", "Logical CPU on which the bit was written.") { $0.writtenCpu },
      .integer("cpu", "Logical CPU that was looked at.") { $0.cpu },
      .text("relation", "Relation of the two, as in `splitbench list`.") { $0.relation.rawValue },
      .text("write", "What became of the write: done, or why not.") { $0.write.inWords },
      .text("bit_before", "The bit of cpu before the write: true or false; empty where not read.") {
        $0.before.map(String.init)
      },
      .text("bit_after", "The same behind it.") { $0.after.map(String.init) },
      .text(
        "met", "What the split lock met: #AC, #DB, SIGBUS, delayed, or nothing; empty where none was tried."
      ) {
        $0.answer?.inWords
      },
      .text("followed", "Whether cpu went with written_cpu: true or false; empty where that cannot be told.")
      {
        $0.followed.map(String.init)
      },
    ])
  }
}

extension ScopeExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a CPU looked at while another's detection bit, or its own, was written",
        ScopeTable.table(run: names.run), results.scope)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] {
    [summary.scopes].compactMap { $0 }
  }

  /// Of every pair of CPUs that relate alike: where one of them answers otherwise, the cell has both answers.
  package static var compared: [ComparedTable] {
    [
      ComparedTable(
        id, keys: [.text("bit"), .text("evidence"), .text("relation")], cpus: [], quantity: nil,
        answers: ["followed", "met"]
      ) { ["\($0.text("bit")) by \($0.text("evidence"))", $0.text("relation")] }
    ]
  }

  package func note(_ rows: [ScopeRow], in record: inout RunRecord) { record.scopes = findings }
}

extension RunResults {
  public var scope: [ScopeRow] {
    get { self["scope"] }
    set { self["scope"] = newValue }
  }
}

/// Whom the detection registers belong to.
extension Summary {
  var scopes: Section? {
    guard let findings = record.scopes, !findings.isEmpty else { return nil }
    func share(_ value: Bool?) -> String { value.map { $0 ? "yes" : "no" } ?? "-" }
    var table = TextTable(columns: ["detection bit", "belongs to", "siblings share it", "by behaviour"])
    table.rows = findings.map {
      [
        $0.bit, $0.scopes.map(\.rawValue).joined(separator: " or "), share($0.siblingsShare),
        share($0.siblingsShareByBehaviour),
      ]
    }
    return Section(
      title: "Whom the detection registers belong to", table: table,
      facts: findings.flatMap { finding in
        finding.evidence.prefix(4).map { "\(finding.bit): \($0)" }
      })
  }
}

import Measurement
import Reporting
import StoredRuns

/// Whom the detection registers belong to.
enum ScopeSection: SectionMaker {
  static let experiment: String? = "scope"

  /// Lines of evidence that fit a cell; run.json has all.
  private static let mostEvidence = 4

  private static func evidence(_ finding: ScopeFinding) -> String {
    let more = finding.evidence.count - mostEvidence
    return finding.evidence.prefix(mostEvidence).joined(separator: "; ") + (more > 0 ? "; \(more) more" : "")
  }

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    var table = TextTable(columns: [
      "detection bit", "belongs to", "siblings share it", "by behaviour", "evidence",
    ])
    func shared(_ value: Bool?) -> String { value.map { $0 ? "yes" : "no" } ?? "-" }
    for run in runs {
      for finding in run.record.scopes ?? [] {
        table.rows.append([
          runs.count == 1 ? finding.bit : "\(run.label): \(finding.bit)",
          finding.scopes.map(\.rawValue).joined(separator: " or "), shared(finding.siblingsShare),
          shared(finding.siblingsShareByBehaviour), evidence(finding),
        ])
      }
    }
    guard !table.rows.isEmpty else { return nil }
    var section = PageSection("scope", "Whom detection belongs to")
    section.words = [
      "A detection bit was written on one CPU and read on the others, and split locks were tried there. sld: #AC on split locks,"
        + " bit 29 of MSR 0x33; bld: #DB on bus locks, bit 2 of IA32_DEBUGCTL."
    ]
    section.tables = [PageTable("Detection bits", .words, table)]
    section.digest.tables = section.tables
    if runs.count == 1 {
      let owners = (runs[0].record.scopes ?? []).map {
        "\($0.bit) is \($0.scopes.map(\.rawValue).joined(separator: " or "))"
      }
      section.findings = ["Of the detection bits, \(Words.list(owners))."]
    }
    return section
  }
}

import Measurement

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

import Machine
import Measurement

/// Where split locks pass while Linux has detection off on one core.
extension Summary {
  var leak: Section? {
    guard let first = results.leak.first else { return nil }
    var table = TextTable(columns: [
      "split locks on", "pass free", "open ms", "shortest to longest", "bit clear",
    ])
    table.rows = results.leak.map { row in
      [
        "CPU \(row.cpu), \(row.relation.rawValue)", "in \(row.leaked) of \(row.windows) windows",
        row.openMs.map { Decimal.fixed($0.median, 1) } ?? "-",
        row.openMs.map { "\(Decimal.fixed($0.least, 1)) to \(Decimal.fixed($0.most, 1))" } ?? "-",
        row.reads > 0 ? "\(row.clear) of \(row.reads)" : "-",
      ]
    }
    return Section(
      title: "Where split locks pass while detection is off on CPU \(first.openerCpu)'s core", table: table,
      facts: first.predictedMs.map {
        [
          "Linux's source says two jiffies and some lateness: \(Decimal.fixed($0.low, 0)) to \(Decimal.fixed($0.high, 0)) ms"
        ]
      } ?? [])
  }
}

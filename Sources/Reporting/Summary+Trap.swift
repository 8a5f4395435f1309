import Measurement

/// What happens to a program that split-locks.
extension Summary {
  var traps: Section? {
    guard !results.trap.isEmpty else { return nil }
    var table = TextTable(columns: [
      "8-byte lock add", "placement", "issued", "performed", "trapped", "killed", "answer", "round trip ns",
      "p99.9 ns",
    ])
    let shown = results.trap.filter {
      $0.cell.cpu == results.trap[0].cell.cpu && $0.cell.widthBytes == 8 && $0.cell.isLocked
        && $0.cell.placement != .pageSplit
    }
    table.rows = shown.map { row in
      [
        "\(row.cell.trigger.rawValue), \(row.cell.context.rawValue)", row.cell.placement.rawValue,
        "\(row.issued)",
        row.performed.map(String.init) ?? "-", row.trapped.map(String.init) ?? "-",
        row.killed.map(String.init) ?? "-",
        row.kind.rawValue, row.roundTrip.map { Nanoseconds.text($0.median) } ?? "-",
        row.roundTrip?.p999.map(Nanoseconds.text) ?? "-",
      ]
    }
    let cpus = Set(results.trap.map(\.cell.cpu)).count
    let others = record.disagreements ?? []
    let map =
      others.isEmpty
      ? "\(cpus) CPU\(cpus == 1 ? "" : "s") tried: all answer alike"
      : "CPUs that answer otherwise than most: "
        + others.prefix(4).map { "\($0.what) (\($0.reason))" }.joined(separator: "; ")
    let off = results.trap.count { !$0.isBalanced }
    return Section(
      title: "What happens to a program that split-locks, CPU \(results.trap[0].cell.cpu)", table: table,
      facts: [
        map, off == 0 ? "every operation is accounted for" : "\(off) rows do not account for every operation",
      ])
  }
}

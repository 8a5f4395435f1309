import LockKernels
import Machine
import Measurement

/// What happens to a program that split-locks.
extension Summary {
  var traps: [Section] {
    guard let cpu = results.trap.first?.cell.cpu else { return [] }
    return [
      Section(
        title: "What happens to a program that split-locks, CPU \(cpu)", table: trapTable(cpu: cpu),
        facts: [attribution(cpu: cpu)].compactMap { $0 } + policy + (record.dutyCycles ?? []).map(\.inWords)
          + [accounts]),
      Section(title: "Which CPUs do so", table: cpuMap, facts: divided),
    ]
  }

  private func trapTable(cpu: Int) -> TextTable {
    var table = TextTable(columns: [
      "8-byte lock add", "placement", "issued", "performed", "trapped", "killed", "answer", "round trip ns",
      "p99.9 ns",
    ])
    let shown = results.trap.filter {
      $0.cell.cpu == cpu && $0.cell.widthBytes == 8 && $0.cell.isLocked && $0.cell.placement != .pageSplit
    }
    table.rows = shown.map { row in
      [
        "\(row.cell.trigger.rawValue), \(row.cell.context.rawValue)", row.cell.placement.rawValue,
        "\(row.issued)",
        row.performed.map(String.init) ?? "-", row.trapped.map(String.init) ?? "-",
        row.killed.map(String.init) ?? "-",
        row.answer.kind.rawValue, row.roundTrip.map { Nanoseconds.text($0.median) } ?? "-",
        row.roundTrip?.p999.map(Nanoseconds.text) ?? "-",
      ]
    }
    return table
  }

  private func attribution(cpu: Int) -> String? {
    let split = results.trap.first {
      $0.cell.cpu == cpu && $0.cell.widthBytes == 8 && $0.cell.placement == .lineSplit
        && $0.attribution != nil
    }
    return split?.attribution.map {
      "who makes it dear: \($0.cause.rawValue) (confidence \($0.confidence.rawValue): \($0.evidence.joined(separator: "; ")))"
    }
  }

  private var policy: [String] {
    guard let policy = record.judgedPolicy else { return [] }
    return ["Linux's policy: \(policy.mode.rawValue)\(policy.rateLimit.map { ":\($0)" } ?? "")"]
      + policy.contradictions.map { "contradiction: \($0)" }
  }

  private var accounts: String {
    let off = results.trap.count { !$0.ledger.isBalanced }
    return off == 0 ? "every operation is accounted for" : "\(off) rows do not account for every operation"
  }

  // MARK: CPUs

  /// One line for all CPUs that answer alike, the fewest first: those that disagree stand on top.
  private var cpuMap: TextTable {
    var table = TextTable(columns: [
      "CPUs", "core kind", "aligned, AC", "line-split, AC", "aligned", "line-split",
    ])
    table.rows = answers.sorted { $0.cpus.count < $1.cpus.count }.map {
      [CpuSelection.ranges($0.cpus), $0.coreKind] + $0.met
    }
    return table
  }

  private var answers: [(cpus: [Int], coreKind: String, met: [String])] {
    let rows = results.trap.filter {
      $0.cell.context == .inProcess && $0.cell.widthBytes == 8 && $0.cell.isLocked
        && ($0.cell.placement == .aligned || $0.cell.placement == .lineSplit)
    }
    let byCpu = Dictionary(grouping: rows, by: \.cell.cpu).mapValues { rows in
      [rows[0].coreKind.rawValue]
        + TrapCell.Trigger.allCases.flatMap { trigger in
          [Placement.aligned, .lineSplit].map { placement in
            rows.first { $0.cell.trigger == trigger && $0.cell.placement == placement }.map(met) ?? "-"
          }
        }
    }
    return Dictionary(grouping: byCpu.keys.sorted()) { byCpu[$0]! }
      .map { (cpus: $0.value, coreKind: $0.key[0], met: Array($0.key.dropFirst())) }
      .sorted { $0.cpus[0] < $1.cpus[0] }
  }

  private func met(_ row: TrapRow) -> String {
    row.outcome.rawValue + (row.trapped ?? 0 > 0 ? ", \(row.answer.kind.rawValue)" : "")
  }

  /// SMT siblings share MSR 0x33, so that they should answer alike.
  private var divided: [String] {
    let groups = answers
    let cores = Set(results.trap.map(\.siblings)).filter { siblings in
      siblings.count > 1 && groups.count { !Set($0.cpus).isDisjoint(with: siblings) } > 1
    }
    let siblings = Set(results.trap.map(\.siblings)).filter { $0.count > 1 }.count
    let tried = Set(results.trap.map(\.cell.cpu)).count
    let alike =
      groups.count == 1 ? ["\(Decimal.count(tried, "CPU")) tried: all answer alike"] : []
    return alike
      + [siblings == 0 ? "no SMT siblings among them" : nil].compactMap { $0 }
      + cores.map { "SMT siblings that do not answer alike: \(CpuSelection.ranges($0))" }.sorted()
  }
}

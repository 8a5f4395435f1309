import LockKernels
import Machine
import Measurement

/// Who else pays: the tables of bystanders, and a line each for the counter passed to and fro and for more offenders.
extension Summary {
  // MARK: Bystanders

  private var pairs: [RelatedPair] {
    var seen: Set<RelatedPair> = []
    return results.bystander.map(\.cell.pair).filter { seen.insert($0).inserted }
  }

  private var victims: [Victim] {
    let measured = Set(results.bystander.map(\.cell.victim))
    return Victim.allCases.filter(measured.contains)
  }

  /// More pairs than fit a screen: bystander.csv has them.
  private static let mostPairs = 6

  private func label(_ pair: RelatedPair) -> String {
    let kinds =
      pair.victimKind == .uniform && pair.aggressorKind == .uniform
      ? ""
      : " \(pair.victimKind.rawValue.prefix(1).uppercased())/\(pair.aggressorKind.rawValue.prefix(1).uppercased())"
    return "\(pair.relation.rawValue) (\(pair.victim) beside \(pair.aggressor))\(kinds)"
  }

  private func find(
    _ pair: RelatedPair, _ victim: Victim, _ aggressor: Aggressor, _ fraction: Double
  ) -> BystanderRow? {
    results.bystander.first {
      $0.cell == BystanderCell(pair: pair, victim: victim, aggressor: aggressor, fraction: fraction)
    }
  }

  private func factor(_ row: BystanderRow?) -> String {
    guard let row else { return "-" }
    guard let slowdown = row.slowdown else { return row.verdict == .trapped ? row.verdict.rawValue : "-" }
    return Summary.factor(slowdown.value) + (row.verdict == .undecided ? "?" : "")
  }

  static func factor(_ value: Double) -> String { Decimal.fixed(value, value < 10 ? 2 : 1) + "x" }

  /// Victim by relation, beside an aggressor that does nothing but split locks.
  var saturation: Section? {
    guard !pairs.isEmpty else { return nil }
    let shown = Array(pairs.prefix(Summary.mostPairs))
    var table = TextTable(columns: ["slow-down of"] + shown.map(label) + ["idle beside idle"])
    table.rows = victims.map { victim in
      [victim.rawValue] + shown.map { factor(find($0, victim, .lineSplit, 1)) }
        + [noise(find(shown[0], victim, .idle, 0))]
    }
    let more = pairs.count - shown.count
    return Section(
      title: "Slow-down of bystanders while another CPU takes bus locks all the time",
      table: table,
      facts: ["?: undecided, since the interval reaches into the noise, or there are too few rounds for one"]
        + (more > 0 ? ["\(more) more pairs are in bystander.csv"] : []))
  }

  private func noise(_ row: BystanderRow?) -> String {
    guard let low = row?.slowdown?.low, let high = row?.slowdown?.high else { return "-" }
    return "\(Decimal.fixed(low, 2)) to \(Decimal.fixed(high, 2))"
  }

  /// Victim by locked fraction, a table a pair, with what the curve says of low rates.
  var doses: [Section] {
    pairs.prefix(Summary.mostPairs).map { pair in
      let fractions = BystanderPlan.ladder
      var table = TextTable(
        columns: ["slow-down at"] + fractions.map { "\(Decimal.significant($0 * 100, 2)) %" } + [
          "stall share", "explained",
        ])
      let curves = (record.doseCurves ?? []).filter { $0.pair == pair }
      table.rows = victims.map { victim in
        let curve = curves.first { $0.victim == victim }
        return [victim.rawValue] + fractions.map { factor(find(pair, victim, .lineSplit, $0)) }
          + [curve?.shareInWords ?? "-", curve?.explainedInWords ?? "-"]
      }
      return Section(
        title: "Slow-down by the share of time in which the bus is locked, \(label(pair))", table: table,
        facts: DoseLimits(curves).sentences + (curves.isEmpty ? [] : [DoseLimits.reading]))
    }
  }

  // MARK: Pingpong and scaling

  var passing: Section? {
    guard !results.pingpong.isEmpty else { return nil }
    var table = TextTable(columns: [
      "CAS passed between CPUs", "aligned ns", "line-split ns", "page-split ns", "ratio",
    ])
    var seen: Set<RelatedPair> = []
    for pair in results.pingpong.map(\.cell.pair) where seen.insert(pair).inserted {
      func row(_ placement: Placement) -> PingPongRow? {
        results.pingpong.first { $0.cell.pair == pair && $0.cell.placement == placement }
      }
      func cost(_ row: PingPongRow?) -> String {
        row.map { $0.oneWayNs.map { Nanoseconds.text($0.value) } ?? $0.outcome.rawValue } ?? "-"
      }
      table.rows.append([
        label(pair), cost(row(.aligned)), cost(row(.lineSplit)), cost(row(.pageSplit)),
        row(.lineSplit)?.ratioToAligned.map(Summary.factor) ?? "-",
      ])
    }
    return Section(title: "One way from CPU to CPU", table: table)
  }

  var offenders: Section? {
    let split = results.scaling.filter { $0.cell.placement == .lineSplit && $0.reads == nil }
    guard !split.isEmpty else { return nil }
    var table = TextTable(columns: ["offenders", "operands", "split locks/s", "to one", "fairness", "atomic"])
    table.rows = split.map { row in
      let rate = row.splitThroughput ?? row.throughput?.value
      return [
        "\(row.cell.threads)", row.cell.arrangement.rawValue, rate.map { Decimal.fixed($0, 0) } ?? "-",
        row.ratioToOne.map(Summary.factor) ?? "-", row.fairness.map { Decimal.fixed($0, 2) } ?? "-",
        row.verdict.rawValue,
      ]
    }
    let isAtomic = results.scaling.allSatisfy { $0.verdict == .atomic }
    return Section(
      title: "More offenders", table: table,
      facts: [
        (isAtomic ? "every addition arrived whole" : "additions were lost or read in halves: see the warning")
          + "; aligned offenders and readers are in scaling.csv"
      ])
  }
}

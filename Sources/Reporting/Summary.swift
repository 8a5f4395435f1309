import LockKernels
import Machine
import Measurement

/// The answer a person came for: what a split lock costs here, by width.
public struct Summary {
  public let record: RunRecord
  public let results: RunResults
  /// The instruction that the table shows: `add`, or the first that was measured split.
  private let shown: Instruction?

  public init(record: RunRecord, results: RunResults) {
    self.record = record
    self.results = results
    let rows = results.cost
    let candidates = [
      rows.first { $0.cell.takesBusLock && $0.cell.kernel.instruction == .add },
      rows.first(where: \.cell.takesBusLock), rows.first(where: \.cell.kernel.isLocked), rows.first,
    ]
    shown = candidates.lazy.compactMap { $0?.cell.kernel.instruction }.first
  }

  /// For the terminal.
  public var text: String { render(heading: { $0 + "\n" }, table: { $0.text }, item: { "  " + $0 }) }

  /// For `summary.md`.
  public var markdown: String {
    "# \(record.run)\n\n" + render(heading: { "## \($0)\n" }, table: { $0.markdown }, item: { "- " + $0 })
  }

  private func render(
    heading: (String) -> String, table: (TextTable) -> String, item: (String) -> String
  ) -> String {
    var parts: [String] = []
    for cpu in Set(rows.map(\.cell.cpu)).sorted() {
      parts.append(heading(title(cpu: cpu)))
      parts.append(table(widthTable(cpu: cpu)))
      let facts = facts(cpu: cpu)
      if !facts.isEmpty { parts.append(facts.map(item).joined(separator: "\n") + "\n") }
    }
    for section in contention {
      parts.append(heading(section.title))
      if let shown = section.table { parts.append(table(shown)) }
      if !section.facts.isEmpty { parts.append(section.facts.map(item).joined(separator: "\n") + "\n") }
    }
    parts.append(heading("This run"))
    parts.append(
      ([lockedTime, rounds] + headlines + left + warnings).map(item).joined(separator: "\n") + "\n")
    return parts.joined(separator: "\n")
  }

  private var rows: [CostRow] { results.cost }

  // MARK: Parts

  private func title(cpu: Int) -> String {
    let processor = record.machine.processor
    let guest = processor.hypervisor.map { ", guest of \($0)" } ?? ""
    return "Cost of instructions on \(processor.brand) (family \(processor.family), model"
      + " \(processor.model), stepping \(processor.stepping)\(guest)), CPU \(cpu), Linux"
      + " \(record.machine.linux.release), detection \(record.machine.policy.mode.rawValue)"
  }

  /// The table shows one instruction; cost.csv has them all.
  private var shownName: String {
    guard let shown else { return "" }
    return (shown.hasLockedForm && shown != .xchg ? "lock " : "") + shown.rawValue
  }

  private func widthTable(cpu: Int) -> TextTable {
    var table = TextTable(columns: [
      shownName, "aligned ns", "within-line ns", "line-split ns", "95 % interval",
      "TSC cycles",
      "ratio", "page-split ns", "page/line",
    ])
    let here = rows.filter {
      $0.cell.cpu == cpu && $0.cell.kernel.instruction == shown && $0.cell.lineState == .hot
        && $0.cell.between == .nothing
    }
    for width in Set(here.map(\.cell.kernel.widthBytes)).sorted() {
      func find(_ placement: Placement) -> CostRow? {
        typical(here.filter { $0.cell.kernel.widthBytes == width && $0.cell.placement == placement })
      }
      let (aligned, within) = (find(.aligned), find(.withinLine))
      let (line, page) = (find(.lineSplit), find(.pageSplit))
      guard aligned != nil || line != nil || page != nil else { continue }
      let premium: Double? =
        if let a = line?.median?.value, let b = page?.median?.value { b / a } else { nil }
      table.rows.append([
        "\(width) byte\(width == 1 ? "" : "s")", cost(aligned), cost(within), cost(line), interval(line),
        line?.medianTicks.map { Decimal.fixed($0, 0) } ?? "-",
        line?.ratioToAligned.map { Decimal.fixed($0.value, 0) + "x" } ?? "-",
        cost(page), premium.map { Decimal.fixed($0, 2) } ?? "-",
      ])
    }
    return table
  }

  /// Of the rows of one placement the locked one, at the offset that stands for all.
  private func typical(_ candidates: [CostRow]) -> CostRow? {
    // Where the table is of a locked instruction, an unlocked control never stands in for a cell that was not measured.
    let isLocked = rows.contains { $0.cell.kernel.instruction == shown && $0.cell.kernel.isLocked }
    let pool = candidates.filter { $0.cell.kernel.isLocked == isLocked }
    return pool.first { row in
      row.cell.placement == .aligned
        || row.cell.offset
          == row.cell.placement.typicalOffset(
            widthBytes: row.cell.kernel.widthBytes, lineBytes: record.machine.processor.lineBytes)
    } ?? pool.first
  }

  private func cost(_ row: CostRow?) -> String {
    guard let row else { return "-" }
    guard let median = row.median else { return row.outcome.rawValue }
    return Nanoseconds.text(median.value)
  }

  private func interval(_ row: CostRow?) -> String {
    guard let low = row?.median?.low, let high = row?.median?.high else { return "-" }
    return "\(Nanoseconds.text(low)) to \(Nanoseconds.text(high))"
  }

  private func facts(cpu: Int) -> [String] {
    let here = rows.filter { $0.cell.cpu == cpu }
    return [extremes(here), surroundings(here)].compactMap { $0 } + lineStates(here)
  }

  private func extremes(_ rows: [CostRow]) -> String? {
    let split = rows.filter {
      $0.cell.takesBusLock && $0.cell.placement == .lineSplit && $0.cell.lineState == .hot
        && $0.cell.between == .nothing && $0.median != nil && $0.roundCount >= CostRow.fewestRounds
    }
    guard split.count > 1,
      let cheapest = split.min(by: { $0.median!.value < $1.median!.value }),
      let dearest = split.max(by: { $0.median!.value < $1.median!.value })
    else { return nil }
    func describe(_ row: CostRow) -> String {
      "\(row.cell.kernel.name) at offset \(row.cell.offset), \(Nanoseconds.text(row.median!.value)) ns"
    }
    return "cheapest line split: \(describe(cheapest)); dearest: \(describe(dearest))"
  }

  private func surroundings(_ rows: [CostRow]) -> String? {
    let working = rows.filter { $0.cell.between == .independentAdds }
    func median(_ locked: Bool, _ placement: Placement) -> Double? {
      working.first { $0.cell.kernel.isLocked == locked && $0.cell.placement == placement }?.median?.value
    }
    guard let alone = median(false, .aligned), let aligned = median(true, .aligned),
      let split = median(true, .lineSplit),
      let bare = rows.first(where: {
        $0.isHeadline && $0.cell.kernel.instruction == .add && $0.cell.takesBusLock
      })?.median?.value
    else { return nil }
    return
      "\(Kernel.Functions.workAdds) independent adds beside an add take \(Nanoseconds.text(alone)) ns unlocked,"
      + " \(Nanoseconds.text(aligned)) ns locked, \(Nanoseconds.text(split)) ns split"
      + " (the split lock alone \(Nanoseconds.text(bare)) ns)"
  }

  private func lineStates(_ rows: [CostRow]) -> [String] {
    [LineState.cold, .otherCpuModified].compactMap { state in
      let found = rows.filter {
        $0.cell.lineState == state && $0.cell.kernel.isLocked && $0.cell.kernel.instruction == .add
      }
      guard let aligned = found.first(where: { $0.cell.placement == .aligned })?.median?.value,
        let split = found.first(where: { $0.cell.placement == .lineSplit })?.median?.value
      else { return nil }
      return "lock add m64 on \(state.rawValue) lines: aligned \(Nanoseconds.text(aligned)) ns,"
        + " line-split \(Nanoseconds.text(split)) ns"
    }
  }

  private var lockedTime: String {
    guard let locked = record.lockedTime else { return "locked time: none" }
    return
      "locked time: \(Decimal.significant(locked.spentSeconds, 3)) s of \(Decimal.significant(locked.budgetSeconds, 3)) s,"
      + " \(locked.splitLocks) split locks"
  }

  private var rounds: String {
    (record.end == "interrupted" ? "interrupted, partial results: " : "")
      + (record.parameters.experiments.contains("cost") ? "\(record.roundsDone) rounds of cost, " : "")
      + "seed \(record.parameters.seed); intervals speak of this run only: another run"
      + " may differ by more"
  }

  /// How precise the headline cells became, and what ended them.
  private var headlines: [String] {
    guard let headlines = record.headlines, !headlines.isEmpty else { return [] }
    let goal = "±\(Decimal.significant(record.parameters.headlinePrecision * 100, 2)) %"
    let reached = headlines.count(where: \.reached)
    let worst = headlines.compactMap(\.relativeHalfWidth).max()
    let rest =
      reached == headlines.count
      ? ""
      : "; the others ended with "
        + (record.end == "interrupted" ? "the run" : "their share of bus locks, rounds or time")
        + (worst.map { ", the widest at ±\(Decimal.fixed($0 * 100, 1)) %" } ?? "")
    return ["headline cells: \(reached) of \(headlines.count) within \(goal)\(rest)"]
  }

  /// Experiments, or parts of them, that were asked for and not done.
  private var left: [String] {
    record.skipped.filter { skipped in
      ExperimentId.allCases.contains { skipped.what.contains($0.rawValue) }
    }.map { "skipped: \($0.what): \($0.reason)" }
  }

  private var warnings: [String] {
    let more = record.warnings.dropFirst(Summary.warningsShown).map(\.id)
    return record.warnings.prefix(Summary.warningsShown).map { "warning: \($0.text); \($0.remedy)" }
      + (more.isEmpty ? [] : ["also, see run.json: \(more.joined(separator: ", "))"])
  }

  private static let warningsShown = 3
}

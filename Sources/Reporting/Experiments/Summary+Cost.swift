import LockKernels
import Machine
import Measurement

/// The answer a person came for: what a split lock costs here, by width.
extension Summary {
  var costs: [Section] {
    Set(rows.map(\.cell.cpu)).sorted().map { cpu in
      Section(title: title(cpu: cpu), table: widthTable(cpu: cpu), facts: facts(cpu: cpu))
    }
  }

  private var rows: [CostRow] { results.cost }

  /// The instruction that the table shows: `add`, or the first that was measured split.
  private var shown: Instruction? {
    let candidates = [
      rows.first { $0.cell.takesBusLock && $0.cell.kernel.instruction == .add },
      rows.first(where: \.cell.takesBusLock), rows.first(where: \.cell.kernel.isLocked), rows.first,
    ]
    return candidates.lazy.compactMap { $0?.cell.kernel.instruction }.first
  }

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
        Decimal.count(width, "byte"), cost(aligned), cost(within), cost(line), interval(line),
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
}

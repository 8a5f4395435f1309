import Measurement
import Reporting

/// The costs of one run: the ladder of the headline kernels, and every instruction.
struct OneCost {
  let run: PageRun
  /// The CPU that the plots show: the first that measured.
  private let cpu: Int
  private let here: [CostEntry]

  init(run: PageRun) {
    self.run = run
    let cpu = run.cost.map(\.cpu).min()!
    self.cpu = cpu
    here = run.cost.filter { $0.cpu == cpu }
  }

  func fill(_ section: inout PageSection) {
    let headline = HeadlineCost(run)
    section.findings = headline.map { [$0.sentence] } ?? []
    section.findingsInFigures = headline?.keyFigures ?? []
    if let table = widthTable {
      section.tables.append(table)
      section.digest.tables = [table]
    }
    section.figures = [ladder, instructions("aligned"), instructions("line-split"), cpus].compactMap { $0 }
  }

  // MARK: By width

  /// The instruction that the table shows: `add`, or the first that was measured.
  private var shown: String? {
    let locked = here.filter(\.isLocked).map(\.instruction)
    return locked.contains("add") ? "add" : locked.first
  }

  private var widthTable: PageTable? {
    guard let shown else { return nil }
    let rows = here.filter { $0.instruction == shown && $0.isLocked && $0.isBare }
    var table = TextTable(columns: [
      shown == "xchg" ? shown : "lock \(shown)", "aligned ns", "within-line ns", "line-split ns",
      "95 % interval", "TSC cycles", "ratio", "page-split ns",
    ])
    for width in Set(rows.map(\.widthBytes)).sorted() {
      let sized = rows.filter { $0.widthBytes == width }
      func cost(_ placement: String) -> String {
        guard let entry = CostSection.typical(sized, placement) else { return "-" }
        return entry.median.map { Nanoseconds.text($0.value) } ?? entry.outcome
      }
      let split = CostSection.typical(sized, "line-split")
      let interval = split?.median.flatMap { median in
        median.low.flatMap { low in
          median.high.map { "\(Nanoseconds.text(low)) to \(Nanoseconds.text($0))" }
        }
      }
      table.rows.append([
        Words.bytes(width), cost("aligned"), cost("within-line"), cost("line-split"), interval ?? "-",
        split?.ticks.map { Decimal.fixed($0, 0) } ?? "-",
        split?.ratio.map { Quantity.factor.text($0.value) } ?? "-", cost("page-split"),
      ])
    }
    return table.rows.isEmpty ? nil : PageTable("By operand size, CPU \(cpu)", .numbers, table)
  }

  // MARK: Plots

  /// The headline kernels, with the states of their lines and with what runs between operations.
  private var ladder: Figure? {
    let kernels = here.filter(\.isHeadline).map { [$0.instruction, "\($0.widthBytes)"] }
    let headlines = here.filter {
      kernels.contains([$0.instruction, "\($0.widthBytes)"]) && $0.median != nil
    }
    var rows: [DotPlot.Row] = []
    var plotted: [CostEntry] = []
    for kernel in OneCost.inOrder(headlines.filter(\.isLocked).map(\.kernel)) {
      let locked = headlines.filter { $0.kernel == kernel && $0.isLocked }
      let plain = headlines.filter {
        !$0.isLocked && $0.isBare && $0.instruction == locked[0].instruction
          && $0.widthBytes == locked[0].widthBytes
      }
      let groups: [(String, [CostEntry])] =
        [("hot", locked.filter(\.isBare))]
        + OneCost.inOrder(locked.filter { $0.lineState != "hot" }.map(\.lineState)).map { state in
          (state, locked.filter { $0.lineState == state && $0.between == CostEntry.nothing })
        }
        + OneCost.inOrder(locked.filter { $0.between != CostEntry.nothing }.map(\.between)).map { between in
          (between, locked.filter { $0.between == between && $0.lineState == "hot" })
        } + [("not locked", plain)]
      for (index, group) in groups.enumerated() where !group.1.isEmpty {
        let chosen = CostSection.placements.compactMap { CostSection.typical(group.1, $0) }
        plotted += chosen
        rows.append(
          DotPlot.Row(
            label: group.0,
            dots: chosen.compactMap { entry in
              entry.median.map {
                DotPlot.Dot(
                  name: "\(entry.kernel), \(entry.placement)", style: CostSection.style(entry.placement),
                  value: $0)
              }
            }, heading: index == 0 ? kernel : nil))
      }
    }
    guard
      let axis = Axis(
        "time of one operation", .nanoseconds, .logarithmic,
        covering: plotted.compactMap(\.median).flatMap(\.all))
    else { return nil }
    return Figure(
      "cost-ladder", "From an aligned operation to a split one",
      caption:
        "Lines are hot unless a row says otherwise: cold ones come from memory, other-cpu-modified ones from another CPU's cache."
        + " The axis is logarithmic.",
      isWide: true,
      plot: DotPlot(x: axis, rows: rows, legend: CostSection.legend(Set(plotted.map(\.placement)))),
      data: TextTable(columns: CostSection.columns, rows: plotted.map(CostSection.fields)))
  }

  /// Every locked instruction at one placement, by width.
  private func instructions(_ placement: String) -> Figure? {
    let rows = here.filter { $0.isLocked && $0.isBare && $0.placement == placement && $0.median != nil }
    let names = OneCost.inOrder(rows.map(\.instruction))
    let widths = Set(rows.map(\.widthBytes)).sorted()
    guard names.count > 1 else { return nil }
    var plotted: [CostEntry] = []
    let lanes = names.map { name in
      DotPlot.Row(
        label: name,
        dots: widths.enumerated().compactMap { index, width in
          let sized = rows.filter { $0.instruction == name && $0.widthBytes == width }
          guard let entry = CostSection.typical(sized, placement), let median = entry.median else {
            return nil
          }
          plotted.append(entry)
          return DotPlot.Dot(
            name: "\(entry.kernel) at offset \(entry.offset)", style: SeriesStyle(index), value: median)
        })
    }
    guard
      let axis = Axis(
        "time of one operation", .nanoseconds, .linear, covering: plotted.compactMap(\.median).flatMap(\.all),
        most: 5)
    else { return nil }
    return Figure(
      "cost-\(placement)", "Every locked instruction, \(placement)",
      caption:
        "A linear axis that need not begin at 0: it shows differences between instructions, not their size.",
      plot: DotPlot(
        x: axis, rows: lanes,
        legend: widths.enumerated().map { Key(SeriesStyle($0), Words.bytes($1), line: false) }),
      data: TextTable(columns: CostSection.columns, rows: plotted.map(CostSection.fields)))
  }

  /// CPU by CPU, where more than one measured.
  private var cpus: Figure? {
    let cpus = Set(run.cost.map(\.cpu)).sorted()
    guard cpus.count > 1, let kernel = HeadlineCost(run)?.split.kernel else { return nil }
    let rows = run.cost.filter { $0.kernel == kernel && $0.isLocked && $0.isBare }
    let plotted = cpus.flatMap { cpu in
      CostSection.placements.compactMap { placement in
        CostSection.typical(rows.filter { $0.cpu == cpu }, placement)
      }
    }.filter { $0.median != nil }
    guard
      let axis = Axis(
        "time of one operation", .nanoseconds, .logarithmic,
        covering: plotted.compactMap(\.median).flatMap(\.all))
    else { return nil }
    let lanes = cpus.map { cpu in
      DotPlot.Row(
        label: "CPU \(cpu)",
        dots: plotted.filter { $0.cpu == cpu }.map {
          DotPlot.Dot(name: $0.placement, style: CostSection.style($0.placement), value: $0.median!)
        })
    }
    return Figure(
      "cost-cpus", "\(kernel) by CPU",
      plot: DotPlot(x: axis, rows: lanes, legend: CostSection.legend(Set(plotted.map(\.placement)))),
      data: TextTable(columns: CostSection.columns, rows: plotted.map(CostSection.fields)))
  }

  /// Each once, by first appearance.
  static func inOrder(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}

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
    section.headlines = headline?.keyFigures ?? []
    if let table = widthTable {
      section.tables.append(table)
      section.digest.tables = [table]
    }
    let instructions = CostOfInstructions(entries: here)
    section.figures = [
      CostLadder(entries: here).figure, instructions.figure("aligned"), instructions.figure("line-split"),
      cpus,
    ].compactMap { $0 }
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
        Decimal.count(width, "byte"), cost("aligned"), cost("within-line"), cost("line-split"),
        interval ?? "-",
        split?.ticks.map { Decimal.fixed($0, 0) } ?? "-",
        split?.ratio.map { Quantity.factor.text($0.value) } ?? "-", cost("page-split"),
      ])
    }
    return table.rows.isEmpty ? nil : PageTable("By operand size, CPU \(cpu)", .numbers, table)
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
}

import Measurement
import Reporting

/// Every locked instruction at one placement, by width.
struct CostOfInstructions {
  /// Of one CPU.
  let entries: [CostEntry]

  func figure(_ placement: String) -> Figure? {
    let rows = entries.filter { $0.isLocked && $0.isBare && $0.placement == placement && $0.median != nil }
    let names = rows.map(\.instruction).distinct
    let widths = Set(rows.map(\.widthBytes)).sorted()
    guard names.count > 1 else { return nil }
    var plotted: [CostEntry] = []
    let lanes = names.map { name in
      DotPlot.Row(
        label: name,
        dots: widths.compactMap { width in
          let sized = rows.filter { $0.instruction == name && $0.widthBytes == width }
          guard let entry = CostSection.typical(sized, placement), let median = entry.median else {
            return nil
          }
          plotted.append(entry)
          return DotPlot.Dot(
            name: "\(entry.kernel) at offset \(entry.offset)", style: CostSection.style(width: width),
            value: median)
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
        legend: widths.map { Key(CostSection.style(width: $0), Decimal.count($0, "byte"), line: false) }),
      data: TextTable(columns: CostSection.columns, rows: plotted.map(CostSection.fields)))
  }
}

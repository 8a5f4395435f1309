import Reporting

/// The headline kernels, with the states of their lines and with what runs between operations.
struct CostLadder {
  /// Of one CPU.
  let entries: [CostEntry]

  var figure: Figure? {
    let headlines = headlines
    var rows: [DotPlot.Row] = []
    var plotted: [CostEntry] = []
    for kernel in headlines.filter(\.isLocked).map(\.kernel).distinct {
      let locked = headlines.filter { $0.kernel == kernel && $0.isLocked }
      let plain = headlines.filter {
        !$0.isLocked && $0.isBare && $0.instruction == locked[0].instruction
          && $0.widthBytes == locked[0].widthBytes
      }
      let groups: [(String, [CostEntry])] =
        [("hot", locked.filter(\.isBare))]
        + locked.filter { $0.lineState != "hot" }.map(\.lineState).distinct.map { state in
          (state, locked.filter { $0.lineState == state && $0.between == CostEntry.nothing })
        }
        + locked.filter { $0.between != CostEntry.nothing }.map(\.between).distinct.map { between in
          (between, locked.filter { $0.between == between && $0.lineState == "hot" })
        } + [("not locked", plain)]
      for (index, group) in groups.filter({ !$0.1.isEmpty }).enumerated() {
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

  /// Cells of the headline kernels, or of the first that split where a run left those out.
  private var headlines: [CostEntry] {
    let split = entries.filter { $0.isLocked && $0.placement == "line-split" }
    let chosen = split.contains(where: \.isHeadline) ? split.filter(\.isHeadline) : Array(split.prefix(1))
    return entries.filter { entry in
      entry.median != nil
        && chosen.contains { $0.instruction == entry.instruction && $0.widthBytes == entry.widthBytes }
    }
  }
}

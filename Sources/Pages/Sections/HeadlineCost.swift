import Measurement

/// The one cost that stands for a run: of the 8-byte `lock add` across two lines, or of the first kernel that was measured so.
struct HeadlineCost {
  let split: CostEntry
  let aligned: CostEntry?
  let page: CostEntry?
  private let run: PageRun

  init?(_ run: PageRun) {
    let bare = run.cost.filter { $0.isLocked && $0.isBare }
    let candidates = bare.filter { $0.placement == "line-split" && $0.median != nil }
    guard
      let kernel = candidates.first(where: { $0.instruction == "add" && $0.widthBytes == 8 })
        ?? candidates.first,
      let split = CostSection.typical(
        candidates.filter { $0.cpu == kernel.cpu && $0.kernel == kernel.kernel }, "line-split")
    else { return nil }
    let same = bare.filter { $0.cpu == split.cpu && $0.kernel == split.kernel && $0.median != nil }
    self.run = run
    self.split = split
    aligned = CostSection.typical(same, "aligned")
    page = CostSection.typical(same, "page-split")
  }

  var sentence: String {
    func cost(_ entry: CostEntry?) -> String? { entry?.median.map { Quantity.nanoseconds.text($0.value) } }
    let ratio = split.ratio.map {
      ", \(Decimal.fixed($0.value, 0)) times as long as an aligned one\(cost(aligned).map { " (\($0))" } ?? "")"
    }
    return
      "A split \(split.kernel) takes \(split.median!.text(.nanoseconds)) on CPU \(split.cpu)\(ratio ?? "")"
      + (cost(page).map { "; across two pages \($0)" } ?? "") + "."
  }

  var keyFigures: [PageSection.KeyFigure] {
    [
      PageSection.KeyFigure(
        value: Quantity.nanoseconds.text(split.median!.value),
        meaning: "a \(split.kernel) across two cache lines")
    ]
      + (split.ratio.map {
        [PageSection.KeyFigure(value: Quantity.factor.text($0.value), meaning: "as long as an aligned one")]
      } ?? [])
  }
}

import Measurement
import Reporting

/// What names of cells need not say, since it is the same of all that are shown.
struct CommonParts {
  let table: Bool
  let cores: Bool

  init(_ cells: [MatchedCells.Cell]) {
    table = Set(cells.map(\.table.name)).count == 1
    cores = Set(cells.map(\.cores)).count == 1
  }
}

extension MatchedCells.Cell {
  /// In words, what is usual left out: such as `lock add m64, line-split at 61`.
  ///
  /// - Parameter offsets: what stands for the cell's own offset, of several cells.
  func name(without common: CommonParts, offsets: String? = nil) -> String {
    let cell = DescribedCell { $0 == "offset_bytes" ? offsets ?? value($0) : value($0) }
    // Settings are what the experiment of that name is about: there even the usual one is said.
    let setting = table.experiment == .settings ? [cell.text("setting")] : cell.unusual(["setting"])
    return (common.table ? "" : "\(table.name): ")
      + (table.words(cell) + setting + (common.cores ? [] : cores)).filter { !$0.isEmpty }
      .joined(separator: ", ")
  }

  var kernel: String { DescribedCell(value).kernel }

  /// The CPUs, or the kinds of their cores where there are kinds.
  var cores: [String] {
    let values = key.values.suffix(table.cpus.count).filter { !$0.isEmpty }
    if byCpu { return values.isEmpty ? [] : ["CPU " + values.joined(separator: " and ")] }
    return values.allSatisfy { $0 == "uniform" } ? [] : [values.joined(separator: " and ") + " core"]
  }
}

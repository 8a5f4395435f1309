import Comparison
import Measurement
import Reporting

/// Cells with the same values in some columns, and their geometric mean.
struct CellGroup {
  let name: String
  /// Indices of the compared cells.
  let cells: [Int]

  /// By experiment and, where its table has them, by columns, in the order of the cells.
  static func all(_ cells: [MatchedCells.Cell], by columns: [String]) -> [CellGroup] {
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (index, cell) in cells.enumerated() {
      let name = ([cell.table.name] + columns.compactMap { cell.words(for: $0) }).joined(separator: ", ")
      if members[name] == nil { order.append(name) }
      members[name, default: []].append(index)
    }
    return order.map { CellGroup(name: $0, cells: members[$0]!) }
  }
}

extension MatchedCells.Cell {
  /// The value of a column with what it needs to be understood by itself; nil where the table has no such column.
  fileprivate func words(for column: String) -> String? {
    guard let value = value(column) else { return nil }
    switch (column, value) {
    case ("locked", "true"): return "locked"
    case ("locked", _): return "plain"
    case ("setting", "as-found") where table.experiment != .settings: return nil
    case _ where value.isEmpty: return "no \(column)"
    case _ where value.allSatisfy(\.isLetter) || value.contains("-"): return value
    default: return "\(column) \(value)"
    }
  }
}

/// Cells that differ by their offset alone, in one line.
struct OffsetRow {
  let name: String
  let cells: [MatchedCells.Cell]

  /// In the order in which they first come.
  static func all(_ cells: [MatchedCells.Cell], without common: CommonParts) -> [OffsetRow] {
    var order: [CellKey] = []
    var groups: [CellKey: [MatchedCells.Cell]] = [:]
    for cell in cells {
      let key = cell.keyAtAnyOffset
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(cell)
    }
    return order.map { key in
      let group = groups[key]!
      let offsets = group.compactMap { $0.value("offset_bytes") }.joined(separator: ", ")
      return OffsetRow(name: group[0].name(without: common, offsets: offsets), cells: group)
    }
  }
}

extension MatchedCells.Cell {
  /// What operations met tells cells apart too.
  fileprivate var keyAtAnyOffset: CellKey {
    let values = zip(columns, key.values).map { column, value in
      column.name == "offset_bytes" ? "" : value
    }
    return CellKey(table: key.table, values: values + answers.flatMap { $0.sorted() + [""] })
  }
}

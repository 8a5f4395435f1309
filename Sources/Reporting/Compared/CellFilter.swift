/// Which cells are compared: `--where instruction=xadd,width_bytes=8`. A column that is named twice may have either value.
package struct CellFilter: Sendable {
  package private(set) var wanted: [String: Set<String>] = [:]

  package init(_ wanted: [String: Set<String>] = [:]) { self.wanted = wanted }

  /// Nil where a part has no column.
  package init?(_ text: String) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty else { return nil }
      wanted[String(sides[0]), default: []].insert(String(sides[1]))
    }
  }

  /// Whether every column that the table has holds a wanted value, and it has all columns that are asked for.
  package func admits(_ values: [String], of columns: [ComparedTable.Key]) -> Bool {
    wanted.allSatisfy { name, choice in
      zip(columns, values).contains { $0.name == name && choice.contains($1) }
    }
  }
}

/// A table for a terminal or a Markdown page. The first column is text, the others are numbers.
public struct TextTable {
  public var columns: [String]
  public var rows: [[String]]

  public init(columns: [String], rows: [[String]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// Columns lined up with spaces, numbers to the right.
  public var text: String { lined { index in index == 0 } }

  /// Columns lined up with spaces, all to the left: for words.
  public var leftAligned: String { lined { _ in true } }

  private func lined(isLeft: (Int) -> Bool) -> String {
    let lines = [columns] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max()! }
    return lines.map { line in
      line.enumerated().map { index, field in
        let padding = String(repeating: " ", count: widths[index] - field.count)
        let isLast = index == line.count - 1
        return isLeft(index) ? field + (isLast ? "" : padding) : padding + field
      }.joined(separator: "  ")
    }.joined(separator: "\n") + "\n"
  }

  public var markdown: String { markdown { $0 == 0 } }

  /// - Parameter isLeft: whether a column, by its index, is text.
  public func markdown(isLeft: (Int) -> Bool) -> String {
    let rule = columns.indices.map { isLeft($0) ? "---" : "---:" }
    return ([columns, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n") + "\n"
  }
}

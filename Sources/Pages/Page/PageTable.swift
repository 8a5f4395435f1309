import Reporting

/// A table of the page.
struct PageTable {
  enum Kind: String {
    /// Numbers, lined up to the right.
    case numbers
    /// Names and what belongs to them.
    case pairs
    case words
  }

  let name: String
  let kind: String
  /// Whether it is narrow enough to stand beside another table or a figure.
  let isBeside: Bool
  let columns: [String]
  let lines: [Line]

  struct Line {
    let head: String
    let cells: [Cell]
    var links: [Link] = []
  }

  struct Cell {
    let text: String
    /// Name of its column, where a phone shows rows as lists.
    var of: String?
  }

  struct Link {
    let name: String
    let href: String
  }

  /// - Parameter links: by row, in a last column; empty without such a column.
  init(_ name: String, _ kind: Kind, _ table: TextTable, isBeside: Bool = false, links: [[Link]] = []) {
    self.name = name
    self.isBeside = isBeside
    self.kind = kind.rawValue
    columns = table.columns + (links.isEmpty ? [] : ["files"])
    lines = table.rows.enumerated().map { row, fields in
      Line(
        head: fields[0],
        cells: zip(fields, table.columns).dropFirst().map { Cell(text: $0, of: kind == .words ? $1 : nil) },
        links: links.isEmpty ? [] : links[row])
    }
  }
}

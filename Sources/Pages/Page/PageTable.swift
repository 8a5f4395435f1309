import Reporting

/// A table of the page.
struct PageTable {
  enum Kind: String {
    /// Numbers, lined up to the right, and a few words.
    case numbers
    /// Names and what belongs to them.
    case pairs
    case words
  }

  let name: String
  let kind: String
  /// Whether it is narrow enough to stand beside another table or a figure.
  let isBeside: Bool
  /// Whether only its name is seen until a reader opens it.
  let isFolded: Bool
  let columns: [Column]
  let lines: [Line]
  let lineCount: Int
  /// What holds for all rows.
  let note: String?
  /// What the columns hold, where their names do not say it all.
  let meanings: [Meaning]

  struct Column {
    let name: String
    /// Whether it is no column of numbers.
    var isWords = false
  }

  struct Line {
    let head: String
    let cells: [Cell]
    var links: [Link] = []
  }

  struct Cell {
    let text: String
    var isWords = false
    /// Name of its column, where a phone shows rows as lists.
    var of: String?
  }

  struct Link {
    let name: String
    let href: String
  }

  struct Meaning {
    let name: String
    let text: String
  }

  /// - Parameters:
  ///   - isFolded: nil folds a table of very many rows.
  ///   - links: by row, in a last column; empty without such a column.
  init(
    _ name: String, _ kind: Kind, _ table: TextTable, isBeside: Bool = false, isFolded: Bool? = nil,
    note: String? = nil, meanings: [Meaning] = [], links: [[Link]] = []
  ) {
    self.name = name
    self.isBeside = isBeside
    self.isFolded = isFolded ?? (table.rows.count > PageTable.mostOpen)
    self.kind = kind.rawValue
    self.note = note
    self.meanings = meanings
    let columns = table.columns.enumerated().map { index, name in
      Column(
        name: name, isWords: kind == .numbers && index > 0 && PageTable.areWords(table.rows.map { $0[index] })
      )
    }
    self.columns = columns + (links.isEmpty ? [] : [Column(name: "files")])
    lineCount = table.rows.count
    lines = table.rows.enumerated().map { row, fields in
      Line(
        head: fields[0],
        cells: zip(fields, columns).dropFirst().map {
          Cell(text: $0, isWords: $1.isWords, of: kind == .words ? $1.name : nil)
        },
        links: links.isEmpty ? [] : links[row])
    }
  }

  /// For a terminal.
  var text: String { kind == Kind.numbers.rawValue ? plain.text : plain.leftAligned }

  /// Without what only a page shows.
  var plain: TextTable {
    TextTable(columns: columns.map(\.name), rows: lines.map { [$0.head] + $0.cells.map(\.text) })
  }

  /// Rows that a reader scrolls past.
  private static let mostOpen = 24

  private static func areWords(_ fields: [String]) -> Bool {
    fields.contains { $0 != "-" } && !fields.contains { $0.first?.isNumber == true }
  }
}

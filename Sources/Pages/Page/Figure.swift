import Reporting

/// A drawing with its title, what it says in words, and the numbers behind it.
struct Figure {
  let id: String
  let title: String
  let caption: String?
  let isWide: Bool
  let plot: any Plot
  let data: FigureData

  /// - Parameters:
  ///   - id: no other figure of the page has it; names the CSV as well.
  ///   - data: every number that the drawing shows, by the names of columns that the tables of a run have.
  init(
    _ id: String, _ title: String, caption: String? = nil, isWide: Bool = false, plot: any Plot,
    data: TextTable
  ) {
    self.id = id
    self.title = title
    self.caption = caption
    self.isWide = isWide
    self.plot = plot
    self.data = FigureData(file: "\(id).csv", data)
  }
}

/// The numbers behind a drawing, as a table to read and as a CSV to keep.
struct FigureData {
  let file: String
  let uri: String
  let lineCount: Int
  let columns: [PageTable.Column]
  /// Those that are shown: a page is no place for thousands.
  let lines: [PageTable.Line]

  init(file: String, _ table: TextTable) {
    self.file = file
    let csv = ([table.columns] + table.rows).map {
      $0.map { CsvValue.text($0).field }.joined(separator: ",") + "\n"
    }.joined()
    uri = "data:text/csv;charset=utf-8," + FigureData.percentEncoded(csv)
    lineCount = table.rows.count
    columns = table.columns.map { PageTable.Column(name: $0) }
    lines = table.rows.prefix(FigureData.mostShown).map {
      PageTable.Line(head: $0[0], cells: $0.dropFirst().map { PageTable.Cell(text: $0) })
    }
  }

  private static let mostShown = 200

  /// As a URL has it (RFC 3986): all but letters, digits and what needs no escape.
  static func percentEncoded(_ text: String) -> String {
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      if plain.contains(byte) {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)
  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,;:/@!$()*+=".utf8)
}

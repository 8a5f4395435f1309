/// A line of our CSV, whose quoted fields hold commas and doubled quotes, never ends of lines.
enum CsvLine {
  static func fields(_ line: Substring) -> [String] {
    var pieces: [String] = []
    // A piece with an odd number of quotes is cut within a quoted field.
    for piece in line.split(separator: ",", omittingEmptySubsequences: false) {
      if let last = pieces.last, last.count(where: { $0 == "\"" }) % 2 == 1 {
        pieces[pieces.count - 1] = last + "," + piece
      } else {
        pieces.append(String(piece))
      }
    }
    return pieces.map {
      $0.hasPrefix("\"") ? String($0.dropFirst().dropLast()).replacing("\"\"", with: "\"") : $0
    }
  }

  static func text(_ fields: [String]) -> String {
    fields.map { $0.contains { ",\"".contains($0) } ? "\"\($0.replacing("\"", with: "\"\""))\"" : $0 }
      .joined(separator: ",")
  }
}

import Testing

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

  /// The lines behind the first of a whole file, by the names in the first.
  static func rows(_ text: String) throws -> [[String: String]] {
    let lines = text.split(separator: "\n").map(fields)
    let names = try #require(lines.first)
    return try lines.dropFirst().map { line in
      try #require(line.count == names.count, "\(line)")
      return Dictionary(uniqueKeysWithValues: zip(names, line))
    }
  }
}

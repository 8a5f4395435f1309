import Measurement
import StoredRunsChecks

extension TableMutation {
  /// What is refused, and where.
  static let harmful = [
    TableMutation("wrong type") { draft, random in
      let words = ["abc", "12 ", " 12", "0x10", "--1", "+1", "-", ".", "1_0", "١٢", "½", "1\n"]
      return draft.refused(
        [
          "integer": words + ["1.5", "1e3", "9223372036854775808", "-9223372036854775808"],
          "number": words + ["1.", ".5", "1e", "1e+", "1.2.3", "1,5", "1e5e"],
          "boolean": words + ["yes", "TRUE", "1", "True", "falsey"],
        ], &random)
    },
    TableMutation("not finite") { draft, random in
      let words = ["nan", "NaN", "-nan", "inf", "-inf", "Infinity", "NA", "null"]
      return draft.refused(
        ["integer": words, "number": words + ["1e999", "-1e999", "1e-999", "1e400000000000000000000"]],
        &random)
    },
    TableMutation("field too long") { draft, random in
      let long = String(repeating: "0", count: 1 << 20 + 1)
      return draft.refused(["string": [long, "," + long.dropLast()], "integer": [long]], &random)
    },
    TableMutation("column twice") { draft, random in
      let second = Int.random(in: 1..<draft.header.count, using: &random)
      let first = Int.random(in: 0..<second, using: &random)
      return draft.refusing(row: -1, column: second) { $0.header[second] = $0.header[first] }
    },
    TableMutation("column without a name") { draft, random in
      let column = draft.header.indices.randomElement(using: &random)!
      return draft.refusing(row: -1, column: column) { $0.header[column] = "" }
    },
    TableMutation("field dropped") { draft, random in
      let row = draft.rows.indices.randomElement(using: &random)!
      let column = draft.header.indices.randomElement(using: &random)!
      return draft.refusing(row: row) { $0.rows[row].remove(at: column) }
    },
    TableMutation("field added") { draft, random in
      let row = draft.rows.indices.randomElement(using: &random)!
      let column = draft.header.indices.randomElement(using: &random)!
      return draft.refusing(row: row) { $0.rows[row].insert("", at: column) }
    },
    TableMutation("empty line") { draft, random in
      let row = draft.rows.indices.randomElement(using: &random)!
      return draft.refusing(row: row, column: 0) { $0.rows.insert([""], at: row) }
    },
    TableMutation("row twice") { draft, random in
      let row = draft.rows.indices.randomElement(using: &random)!
      let place = Int.random(in: row + 1...draft.rows.count, using: &random)
      var mutant = draft.refusing(row: place, column: 0) { $0.rows.insert($0.rows[row], at: place) }
      mutant.isKeyed = true
      // Without key columns it is a row like others.
      if draft.table.key.isEmpty { mutant.answer = .reference }
      return mutant
    },
    TableMutation("quote inside a field") { draft, random in
      draft.refusing([0x22], at: draft.insideField(&random))
    },
    TableMutation("quote never closed") { draft, random in
      let bytes = draft.bytes
      let starts = bytes.indices.dropFirst().filter { [0x2C, 0x0A].contains(bytes[$0 - 1]) }
      var mutant = draft.refusing([0x22], at: starts.randomElement(using: &random)!)
      // One of the file's own quotes may close it.
      if bytes.contains(0x22) { mutant.answer = .reference }
      return mutant
    },
    TableMutation("lone carriage return") { draft, random in
      draft.refusing([0x0D], at: draft.insideField(&random))
    },
    TableMutation("NUL") { draft, random in
      draft.refusing([0], at: Int.random(in: 0...draft.bytes.count, using: &random))
    },
    TableMutation("not UTF-8") { draft, random in
      let bytes: [UInt8] = [[0xFF], [0xC0], [0xED, 0xA0, 0x80]].randomElement(using: &random)!
      return draft.refusing(bytes, at: draft.insideField(&random))
    },
  ]
}

extension TableDraft {
  /// Refused at a field that says one of these texts.
  fileprivate func refused(_ texts: [String: [String]], _ random: inout SeededGenerator) -> TableMutant {
    let (row, column, text) = field(texts, &random)
    return refusing(row: row, column: column) { $0.rows[row][column] = text }
  }
}

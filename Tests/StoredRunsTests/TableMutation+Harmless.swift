import StoredRunsChecks

extension TableMutation {
  /// What reads as the table that it is.
  static let harmless = [
    TableMutation("other value") { draft, random in
      let (row, column, text) = draft.field(
        [
          "integer": ["0", "-1", "0012", "9223372036854775807", "-9223372036854775807"],
          "number": [
            "0", "-0", "0.1", "1E5", "-2.5e-7", "0.30000000000000004", "123456789012345678901234567890",
            "9007199254740993", "4.9e-324", "1.7976931348623157e308", "0e999", "0.000000000000000000000001",
          ],
          "boolean": ["true", "false"],
          "string": [
            " ", "a,b", "say \"x\"", "\"", "two\nlines", "\r", "é", "e\u{301}", "Ω;", "\u{FEFF}", "\u{1B}[2J",
          ],
        ], &random)
      return draft.reading { $0.rows[row][column] = text }
    },
    TableMutation("emptied") { draft, random in
      let row = draft.rows.indices.randomElement(using: &random)!
      let column = draft.header.indices.randomElement(using: &random)!
      return draft.reading { $0.rows[row][column] = "" }
    },
    TableMutation("carriage returns") { draft, random in
      let isMixed = Bool.random(using: &random)
      let bytes = draft.bytes.flatMap { byte -> [UInt8] in
        guard byte == 0x0A, !isMixed || Bool.random(using: &random) else { return [byte] }
        return [0x0D, byte]
      }
      return TableMutant(bytes: bytes, answer: .table(draft.table.truth))
    },
    TableMutation("byte order mark") { draft, _ in
      TableMutant(bytes: [0xEF, 0xBB, 0xBF] + draft.bytes, answer: .table(draft.table.truth))
    },
    TableMutation("needless quotes") { draft, random in
      let lines = ([draft.header] + draft.rows).map { line in
        line.map { Bool.random(using: &random) ? ReferenceTable.quoted($0) : ReferenceTable.field($0) }
          .joined(separator: ",") + "\n"
      }
      return TableMutant(bytes: Array(lines.joined().utf8), answer: .table(draft.table.truth))
    },
    TableMutation("columns in another order") { draft, random in
      let order = draft.header.indices.shuffled(using: &random)
      return draft.reading { table in
        table.header = order.map { table.header[$0] }
        table.rows = table.rows.map { row in order.map { row[$0] } }
      }
    },
    TableMutation("column of a later SplitBench") { draft, random in
      let column = Int.random(in: 0...draft.header.count, using: &random)
      let texts = draft.rows.map { _ in ["", "x", "1"].randomElement(using: &random)! }
      return draft.reading { table in
        table.header.insert("added_later", at: column)
        for row in table.rows.indices { table.rows[row].insert(texts[row], at: column) }
      }
    },
    TableMutation("column of an earlier SplitBench") { draft, random in
      let column = draft.header.indices.randomElement(using: &random)!
      return draft.reading { table in
        table.header.remove(at: column)
        for row in table.rows.indices { table.rows[row].remove(at: column) }
      }
    },
    TableMutation("longest field") { draft, random in
      let (row, column, text) = draft.field(
        [
          "string": [
            String(repeating: "x", count: 1 << 20), "," + String(repeating: "x", count: 1 << 20 - 1),
          ]
        ],
        &random)
      return draft.reading { $0.rows[row][column] = text }
    },
    TableMutation("row twice, no key named") { draft, random in
      let row = draft.rows.indices.randomElement(using: &random)!
      return draft.reading { $0.rows.append($0.rows[row]) }
    },
  ]
}

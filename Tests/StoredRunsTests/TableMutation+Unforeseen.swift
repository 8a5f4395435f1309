import StoredRunsChecks

extension TableMutation {
  /// Of what only the file itself tells what it says.
  static let unforeseen = [
    TableMutation("cut short") { draft, random in
      let kept = Array(draft.bytes[..<Int.random(in: draft.bytes.indices, using: &random)])
      let (line, byte) = TableDraft.place(kept.count, in: kept)
      guard kept.last == 0x0A else {
        // A letter of several bytes may be cut in two.
        let isWhole = String(validating: kept, as: UTF8.self) != nil
        return TableMutant(bytes: kept, answer: .refusal(line: line, byte: isWhole ? byte : nil))
      }
      let rows = Array(draft.rows.prefix(line - 2))
      return TableMutant(bytes: kept, answer: .table(ReferenceTable(header: draft.header, rows: rows)))
    },
    TableMutation("binary") { _, random in
      let count = Int.random(in: 0...999, using: &random)
      return TableMutant(
        bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, answer: .reference)
    },
    TableMutation("bytes changed") { draft, random in
      let alphabet = Array("0123456789-.,\"\r\neE+ tfx".utf8)
      var bytes = draft.bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] =
          Int.random(in: 0..<8, using: &random) == 0
          ? UInt8.random(in: 0...255, using: &random) : alphabet.randomElement(using: &random)!
      }
      return TableMutant(bytes: bytes, answer: .reference)
    },
    TableMutation("piece moved or repeated") { draft, random in
      var bytes = draft.bytes
      let start = Int.random(in: bytes.indices, using: &random)
      let range = start..<min(bytes.count, start + Int.random(in: 1...200, using: &random))
      let piece = Array(bytes[range])
      if Bool.random(using: &random) { bytes.removeSubrange(range) }
      bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &random))
      return TableMutant(bytes: bytes, answer: .reference)
    },
  ]
}

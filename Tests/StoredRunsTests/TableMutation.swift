import Measurement
import StoredRunsChecks

/// A way in which a table's file may have become another one.
struct TableMutation: Sendable {
  let name: String
  let mutant: @Sendable (TableDraft, inout SeededGenerator) -> TableMutant

  init(_ name: String, _ mutant: @escaping @Sendable (TableDraft, inout SeededGenerator) -> TableMutant) {
    self.name = name
    self.mutant = mutant
  }

  static let all = harmless + harmful + unforeseen
}

/// The file, and what has to be read of it.
struct TableMutant {
  enum Answer {
    /// This table and no other.
    case table(ReferenceTable)
    /// An error in this line, at this byte where it is known.
    case refusal(line: Int, byte: Int?)
    /// What the second reader says.
    case reference
  }

  var bytes: [UInt8]
  var answer: Answer
  /// Whether it is read with its key columns named.
  var isKeyed = false
}

/// A table to be changed.
struct TableDraft {
  let table: SmallRun.Table
  var rows: [[String]] { table.truth.rows }
  var header: [String] { table.truth.header }
  var bytes: [UInt8] { table.bytes }

  /// The table with other rows, read as such.
  func reading(_ change: (inout ReferenceTable) -> Void) -> TableMutant {
    var changed = table.truth
    change(&changed)
    return TableMutant(bytes: changed.csv, answer: .table(changed))
  }

  /// The table with other rows, refused in that line: the header's row is -1.
  func refusing(row: Int, column: Int? = nil, _ change: (inout ReferenceTable) -> Void) -> TableMutant {
    var changed = table.truth
    change(&changed)
    return TableMutant(
      bytes: changed.csv,
      answer: .refusal(line: row + 2, byte: column.map { changed.byte(row: row, column: $0) }))
  }

  /// The file with something inserted, refused there.
  func refusing(_ inserted: [UInt8], at offset: Int) -> TableMutant {
    let (line, byte) = TableDraft.place(offset, in: bytes)
    return TableMutant(
      bytes: bytes[..<offset] + inserted + bytes[offset...], answer: .refusal(line: line, byte: byte))
  }

  static func place(_ offset: Int, in bytes: [UInt8]) -> (line: Int, byte: Int) {
    let before = bytes[..<offset]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return (before.count { $0 == 0x0A } + 1, offset - lineStart + 1)
  }

  /// A field of one of these kinds, and a text for it.
  func field(
    _ texts: [String: [String]], _ random: inout SeededGenerator
  ) -> (row: Int, column: Int, text: String) {
    let columns = header.indices.filter { texts[table.kinds[header[$0]]!] != nil }
    let column = columns.randomElement(using: &random)!
    return (
      rows.indices.randomElement(using: &random)!, column,
      texts[table.kinds[header[column]]!]!.randomElement(using: &random)!
    )
  }

  /// Where a byte outside quotes has another of its field before it, both of them plain.
  func insideField(_ random: inout SeededGenerator) -> Int {
    let isPlain = { (byte: UInt8) in byte < 0x80 && ![0x22, 0x2C, 0x0A].contains(byte) }
    var isQuoted = false
    let bytes = bytes
    return bytes.indices.dropFirst().filter { index in
      if bytes[index] == 0x22 { isQuoted.toggle() }
      return !isQuoted && isPlain(bytes[index]) && isPlain(bytes[index - 1])
    }.randomElement(using: &random)!
  }
}

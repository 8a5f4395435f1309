import SystemPackage

/// Reads a CSV file into columns.
struct TableReader {
  let file: FilePath
  /// What columns are, by name.
  let kinds: (String) throws(ReadFailure) -> ColumnKind
  /// Those to read; nil is all. The others are looked at for quotes and number only.
  let wanted: Wanted?

  struct Wanted {
    var required: Set<String>
    var optional: Set<String>

    func contains(_ name: String) -> Bool { required.contains(name) || optional.contains(name) }
  }

  func table() throws(ReadFailure) -> StoredTable {
    let bytes = try StoredFile.bytes(file, limit: CsvBytes.limit)
    var result: Result<StoredTable, ReadFailure>?
    bytes.withUnsafeBufferPointer { bytes in
      result = Result { () throws(ReadFailure) in try table(bytes) }
    }
    return try result!.get()
  }

  private func table(_ bytes: UnsafeBufferPointer<UInt8>) throws(ReadFailure) -> StoredTable {
    var scanner = CsvScanner(file, bytes, start: try CsvBytes.check(bytes, file))
    let header = try self.header(&scanner)
    // No row is shorter than its commas and its line's end.
    let lines = bytes.count { $0 == UInt8(ascii: "\n") }
    let room = min(lines, bytes.count / header.count)
    var builders: [(any ColumnBuilder)?] = []
    var kinds: [ColumnKind] = []
    for name in header {
      let isWanted = wanted?.contains(name) ?? true
      let kind = isWanted ? try self.kinds(name) : .string
      kinds.append(kind)
      builders.append(isWanted ? kind.builder(name, rows: room) : nil)
    }

    var rowCount = 0
    var extraLines: [(row: Int, lines: Int)] = []
    while !scanner.isAtEnd {
      let extra = scanner.place.line - rowCount - 2
      if extra > extraLines.last?.lines ?? 0 { extraLines.append((rowCount, extra)) }
      for index in header.indices {
        let field = try scanner.next()
        if let builder = builders[index], !scanner.withText(of: field, builder.append) {
          throw wrong(field, in: header[index], kinds[index], scanner)
        }
        guard field.endsLine == (index == header.count - 1) else {
          throw wrongLength(field, after: index + 1, of: header.count, scanner)
        }
      }
      rowCount += 1
    }
    return StoredTable(
      file: file, rowCount: rowCount,
      columns: zip(header, builders).compactMap { name, builder in builder.map { (name, $0.column) } },
      extraLines: extraLines)
  }

  private func header(_ scanner: inout CsvScanner) throws(ReadFailure) -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    var ended = false
    while !ended {
      let field = try scanner.next()
      let name = scanner.withText(of: field) { String(decoding: $0, as: UTF8.self) }
      guard !name.isEmpty else {
        throw scanner.failure(field.start, "a column without a name", "name it, or remove it")
      }
      guard seen.insert(name).inserted else {
        throw scanner.failure(
          field.start, "a second column \(short(field, scanner))", "remove one of the two")
      }
      names.append(name)
      ended = field.endsLine
    }
    if let missing = wanted?.required.subtracting(seen).min() {
      throw ReadFailure(
        file, line: 1, column: 1, "no column \(missing)",
        remedy: "measure again with this SplitBench, or leave the run out")
    }
    return names
  }

  private func wrong(
    _ field: CsvScanner.Field, in name: String, _ kind: ColumnKind, _ scanner: CsvScanner
  ) -> ReadFailure {
    return scanner.failure(
      field.start, "column \(name): \(short(field, scanner)) is not \(kind.inWords)",
      "write one, or nothing where it was not measured")
  }

  private func wrongLength(
    _ field: CsvScanner.Field, after count: Int, of expected: Int, _ scanner: CsvScanner
  ) -> ReadFailure {
    scanner.failure(
      field.start,
      field.endsLine
        ? "the line has \(count) fields, the header \(expected)"
        : "the line has more than the header's \(expected) fields",
      "give every line as many fields as the header; quote fields with commas")
  }

  /// A field as an error shows it: quoted, without what would move a terminal's cursor.
  private func short(_ field: CsvScanner.Field, _ scanner: CsvScanner) -> String {
    scanner.withText(of: field) { bytes in
      String(decoding: bytes.prefix(40), as: UTF8.self).debugDescription + (bytes.count > 40 ? "..." : "")
    }
  }
}

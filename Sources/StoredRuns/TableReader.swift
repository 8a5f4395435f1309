import SystemPackage

/// Reads a CSV file into columns.
struct TableReader {
  let file: FilePath
  let schema: TableSchema
  /// Those to read; nil is all. The others are looked at for quotes and number only.
  let wanted: Wanted?

  struct Wanted {
    var required: Set<String>
    var optional: Set<String>

    func contains(_ name: String) -> Bool { required.contains(name) || optional.contains(name) }
  }

  func table() throws(ReadFailure) -> StoredTable {
    let bytes = try StoredFile.bytes(file, limit: CsvText.limit)
    var result: Result<StoredTable, ReadFailure>?
    bytes.withUnsafeBufferPointer { bytes in
      result = Result { () throws(ReadFailure) in try table(CsvText(bytes, of: file)) }
    }
    return try result!.get()
  }

  private func table(_ text: CsvText) throws(ReadFailure) -> StoredTable {
    var scanner = CsvScanner(text)
    let header = try self.header(&scanner)
    // No row is shorter than its commas and its line's end.
    let room = min(text.lineCount, text.bytes.count / header.count)
    let read = header.indices.filter { wanted?.contains(header[$0]) ?? true }
    let kinds = try schema.kinds(of: read.map { header[$0] })
    var builders = zip(read, kinds).map { column, kind in
      (column: column, builder: ColumnBuilder(header[column], kind, room: room))
    }

    var rows = CsvRows(text, width: header.count)
    var rowCount = 0
    var extraLines: [(row: Int, lines: Int)] = []
    while !scanner.isAtEnd {
      if scanner.quotedLines > extraLines.last?.lines ?? 0 {
        extraLines.append((rowCount, scanner.quotedLines))
      }
      try rows.append(&scanner)
      rowCount += 1
      if rows.isFull || scanner.isAtEnd {
        try append(rows, to: &builders, text)
        rows.removeAll()
      }
    }
    return StoredTable(
      file: file, rowCount: rowCount, columns: builders.map { ($0.builder.name, $0.builder.column) },
      extraLines: extraLines)
  }

  private func append(
    _ rows: CsvRows, to builders: inout [(column: Int, builder: ColumnBuilder)], _ text: CsvText
  ) throws(ReadFailure) {
    for index in builders.indices {
      guard let wrong = builders[index].builder.append(rows, column: builders[index].column) else { continue }
      let builder = builders[index].builder
      throw text.failure(
        at: wrong.offset, "column \(builder.name): \(wrong.shown(in: text)) is not \(builder.kind.inWords)",
        remedy: "write one, or nothing where it was not measured")
    }
  }

  private func header(_ scanner: inout CsvScanner) throws(ReadFailure) -> [String] {
    let text = scanner.text
    var names: [String] = []
    var seen: Set<String> = []
    while true {
      let field = try scanner.next()
      let name = field.string(in: text)
      guard !name.isEmpty else {
        throw text.failure(at: field.offset, "a column without a name", remedy: "name it, or remove it")
      }
      guard seen.insert(name).inserted else {
        throw text.failure(
          at: field.offset, "a second column \(field.shown(in: text))", remedy: "remove one of the two")
      }
      names.append(name)
      if field.endsLine { break }
    }
    if let missing = wanted?.required.subtracting(seen).min() {
      throw text.failure(
        at: 0, "no column \(missing)", remedy: "measure again with this SplitBench, or leave the run out")
    }
    return names
  }
}

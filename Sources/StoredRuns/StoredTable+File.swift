import SystemPackage

extension StoredTable {
  /// Reads a table that is not a run's.
  ///
  /// - Parameter columns: those that it must have, and what they hold. Others are passed over.
  /// - Throws: with file, line and column where the file is no such table.
  public static func read(
    _ file: FilePath, columns: [String: ColumnKind]
  ) throws(ReadFailure) -> StoredTable {
    let wanted = TableReader.Wanted(required: Set(columns.keys), optional: [])
    return try TableReader(file: file, schema: TableSchema(columns), wanted: wanted).table()
  }
}

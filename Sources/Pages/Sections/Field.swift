import Measurement

/// Fields of the CSV behind a figure: as the tables of a run have them, empty where nothing was measured.
enum Field {
  static func number(_ value: Double?) -> String { value.map { Decimal.significant($0) } ?? "" }
  /// For a cell to read.
  static func short(_ value: Double) -> String { Decimal.significant(value, 4) }
}

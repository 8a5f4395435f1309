import Measurement

/// Fields of the CSV behind a figure: as the tables of a run have them, empty where nothing was measured.
enum Field {
  static func number(_ value: Double?) -> String { value.map { Decimal.significant($0) } ?? "" }
}

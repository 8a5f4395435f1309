/// What the fields of a column are, in the words of a data package.
public enum ColumnKind: String, Sendable, Decodable {
  case string, integer, number, boolean

  /// What a field of another kind is told to be.
  var inWords: String {
    switch self {
    case .string: "a text"
    case .integer: "an integer between -9223372036854775807 and 9223372036854775807"
    case .number: "a finite decimal number"
    case .boolean: "true or false"
    }
  }
}

import FoundationEssentials

/// JSON as all files and `--json` have it: snake_case keys, sorted, indented.
public enum Json {
  public static func text<Value: Encodable>(_ value: Value) throws -> String {
    try encoded(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  /// The same on one line, for JSON Lines.
  public static func line<Value: Encodable>(_ value: Value) throws -> String {
    try encoded(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  private static func encoded<Value: Encodable>(
    _ value: Value, _ format: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = format
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }

  /// The reverse of `text`. Foundation's own conversion of keys is not: it makes `hasCmpxchg16B` of `has_cmpxchg16b`.
  ///
  /// - Throws: `DecodingError`.
  public static func value<Value: Decodable>(_ type: Value.Type, from json: [UInt8]) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in SnakeCased(path.last!) }
    return try decoder.decode(type, from: Data(json))
  }

  /// A key as the types spell it, made from one in a file.
  private struct SnakeCased: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ key: any CodingKey) {
      let words = key.stringValue.split(separator: "_")
      stringValue =
        words.isEmpty
        ? key.stringValue
        : words[0] + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
      intValue = key.intValue
    }
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
  }

  /// With the keys as the types spell them: a data package's own names are in camel case.
  static func verbatim<Value: Encodable>(_ value: Value) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}

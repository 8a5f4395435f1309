/// The keys of a JSON object, each checked as it is read; keys that nobody knows are an error.
struct StrictContainer<Key: CodingKey & CaseIterable & RawRepresentable> where Key.RawValue == String {
  private let container: KeyedDecodingContainer<Key>

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: Key.self)
    let known = Set(Key.allCases.map(\.rawValue))
    let all = try decoder.container(keyedBy: AnyKey.self)
    guard let unknown = all.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) })
    else { return }
    throw DecodingError.dataCorrupted(
      .init(
        codingPath: decoder.codingPath + [AnyKey(stringValue: unknown)],
        debugDescription: "no such key; there are: \(known.sorted().joined(separator: ", "))"))
  }

  func has(_ key: Key) -> Bool { container.contains(key) }

  func value<Value: Decodable>(_ key: Key) throws -> Value { try container.decode(Value.self, forKey: key) }

  func value<Value: Decodable>(_ key: Key, default value: Value) throws -> Value {
    try optional(key) ?? value
  }

  /// A key that is there is no null.
  func optional<Value: Decodable>(_ key: Key) throws -> Value? {
    has(key) ? try value(key) : nil
  }

  func text(_ key: Key) throws -> String { try value(key) }
  func text(_ key: Key, default text: String) throws -> String { try value(key, default: text) }

  func integer(_ key: Key, in range: ClosedRange<Int>) throws -> Int {
    let number: Int = try value(key)
    try require(
      range.contains(number), key,
      range.count == 1
        ? "must be \(range.lowerBound)" : "must be from \(range.lowerBound) to \(range.upperBound)")
    return number
  }

  func integer(_ key: Key, in range: ClosedRange<Int>, default number: Int) throws -> Int {
    has(key) ? try integer(key, in: range) : number
  }

  func optionalInteger(_ key: Key, in range: ClosedRange<Int>) throws -> Int? {
    has(key) ? try integer(key, in: range) : nil
  }

  func word<Word: RawRepresentable & CaseIterable>(_ key: Key) throws -> Word where Word.RawValue == String {
    try parse([try text(key)], key)[0]
  }

  func optionalWord<Word: RawRepresentable & CaseIterable>(_ key: Key) throws -> Word?
  where Word.RawValue == String { has(key) ? try word(key) : nil }

  func words<Word: RawRepresentable & CaseIterable>(_ key: Key, default words: [Word]) throws -> [Word]
  where Word.RawValue == String { has(key) ? try parse(try value(key), key) : words }

  func require(_ condition: Bool, _ key: Key, _ what: @autoclosure () -> String) throws {
    guard !condition else { return }
    throw DecodingError.dataCorrupted(
      .init(codingPath: container.codingPath + [key], debugDescription: what()))
  }

  private func parse<Word: RawRepresentable & CaseIterable>(_ texts: [String], _ key: Key) throws -> [Word]
  where Word.RawValue == String {
    try texts.map { text in
      let word = Word(rawValue: text)
      try require(
        word != nil, key,
        "is \(text.debugDescription), not one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
      return word!
    }
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension Json {
  /// What is wrong with a JSON file, and at which key.
  public static func explanation(of error: DecodingError) -> String {
    func at(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      let keys = (context.codingPath + [last].compactMap(\.self)).map { key in
        key.intValue.map { "[\($0)]" } ?? "." + key.stringValue
      }
      return keys.isEmpty ? "the whole" : String(keys.joined().drop { $0 == "." })
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(at(context, key)) is missing"
    case .valueNotFound(_, let context): return "\(at(context)) is null"
    case .typeMismatch(_, let context), .dataCorrupted(let context):
      let cause = context.underlyingError.map { "\($0)" } ?? context.debugDescription
      return "\(at(context)): \(cause)"
    @unknown default: return "\(error)"
    }
  }
}

extension Json {
  /// What is wrong with a document that was no `Value`, and at which key, as the file spells it.
  public static func explanation(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func at(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      let keys = (context.codingPath + [last].compactMap(\.self)).map { key in
        key.intValue.map { "[\($0)]" } ?? "." + snakeCased(key.stringValue)
      }
      return keys.isEmpty ? "the document" : String(keys.joined().drop { $0 == "." })
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(at(context, key)) is missing"
    case .valueNotFound(_, let context): return "\(at(context)) is null"
    // Of a number Foundation keeps the place to itself.
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return "a number has a fraction where none belongs, or is out of range"
    case .typeMismatch(_, let context), .dataCorrupted(let context):
      return "\(at(context)): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  private static func snakeCased(_ key: String) -> String {
    key.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
  }
}

import Testing

extension Tool.Result {
  /// The cells of the one comparison that `compare --json` made.
  func cells() throws -> [[String: Any]] {
    let comparisons = try #require(try json()["comparisons"] as? [[String: Any]])
    return try #require(comparisons[0]["cells"] as? [[String: Any]])
  }
}

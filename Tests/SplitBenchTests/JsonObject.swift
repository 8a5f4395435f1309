import Foundation
import Testing

/// JSON's outermost object.
func jsonObject(_ text: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

extension Tool.Result {
  /// The object that it printed.
  func json() throws -> [String: Any] { try jsonObject(output) }
}

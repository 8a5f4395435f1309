import Measurement

/// A cell of a compared table, by what its columns say.
package struct DescribedCell {
  private let value: (String) -> String?

  /// - Parameter value: what a column says; nil if the table has no such column.
  package init(_ value: @escaping (String) -> String?) { self.value = value }

  /// Empty where the field is, or there is no such column.
  package func text(_ column: String) -> String { value(column) ?? "" }

  /// Those that are not as they mostly are.
  package func unusual(_ columns: [String]) -> [String] {
    let usual: Set = ["hot", "nothing", "as-found"]
    return columns.compactMap(value).filter { !usual.contains($0) }
  }

  /// XCHG locks without a prefix.
  package var kernel: String {
    let instruction = text("instruction")
    let prefix = text("locked") == "true" && instruction != "xchg" ? "lock " : ""
    return "\(prefix)\(instruction) m\((Int(text("width_bytes")) ?? 0) &* 8)"
  }
}

/// Whose words a field of a table holds, or a string of JSON: SplitBench's own, which are data, or those of Linux and of people.
enum FieldWords {
  /// A person's machine may be called `core`, `guest` or `epyc`: that says nothing where a CPU is described, and all where anything may
  /// be said.
  ///
  /// - Parameters:
  ///   - name: the column's, or the key's.
  ///   - text: what stands there.
  static func areOurs(_ name: String, _ text: some Sequence<UInt8>) -> Bool {
    if descriptions.contains(name) { return true }
    return !free.contains(name) && !text.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  /// The CPU's own name, what a data package says of its columns, and what a guest met.
  private static let descriptions: Set = ["brand", "description", "found", "title"]

  /// Where a single word may be anybody's.
  private static let free: Set = [
    "attribution_evidence", "boot_parameters", "cause", "contradiction", "difference", "evidence",
    "failures", "finding", "label", "reason", "reasons", "release", "remedy", "sat_out", "skipped",
    "source", "text", "untested_on_hardware", "what",
  ]
}

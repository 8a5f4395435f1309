/// Whose words a field of a table holds, or a string of JSON: SplitBench's own, which are data, or those of Linux and of people.
///
/// A person's machine may be called `core`, `guest` or `epyc`: that says nothing where a CPU is described, and all where anything may
/// be said.
enum FieldWords {
  case ours
  /// Unless there are several.
  case oursIfOne
  case anybodys

  /// - Parameter name: the column's, or the key's.
  init(of name: String) {
    self =
      FieldWords.descriptions.contains(name)
      ? .ours : FieldWords.free.contains(name) ? .anybodys : .oursIfOne
  }

  /// - Parameter text: what stands there.
  func areOurs(_ text: some Sequence<UInt8>) -> Bool {
    switch self {
    case .ours: true
    case .oursIfOne: !text.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    case .anybodys: false
    }
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

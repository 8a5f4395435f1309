import Reporting
import StoredRuns

/// Runs that are not on the page, since they could not be read.
enum UnreadSection {
  /// - Returns: none where all could.
  static func make(_ unread: [ReadFailure]) -> [PageSection] {
    guard !unread.isEmpty else { return [] }
    var section = PageSection("unread", "Not read")
    section.facts =
      unread.prefix(mostNames).map { "not read: \($0.file): \($0.what)" }
      + (unread.count > mostNames ? ["\(unread.count - mostNames) more"] : [])
    section.digest.facts = section.facts
    return [section]
  }

  private static let mostNames = 20
}

import Reporting

/// The digest of a page, for a forum post or an issue.
struct MarkdownPage {
  let title: String
  let subtitle: String
  let sections: [PageSection]

  var text: String {
    var parts = ["## \(MarkdownText.inline(title))\n", "\(MarkdownText.inline(subtitle))\n"]
    for section in sections {
      let facts = section.id == SummarySection.id ? section.leads + section.words : section.digest.facts
      guard !facts.isEmpty || !section.digest.tables.isEmpty else { continue }
      parts.append("### \(MarkdownText.inline(section.title))\n")
      for table in section.digest.tables {
        parts.append("\(MarkdownText.inline(table.name))\n")
        parts.append(MarkdownText.table(table))
      }
      if !facts.isEmpty {
        parts.append(facts.map { "- \(MarkdownText.inline($0))\n" }.joined())
      }
    }
    return parts.joined(separator: "\n")
  }
}

/// Text that Markdown takes for text.
enum MarkdownText {
  /// Escapes what would begin markup, a table's cell or HTML; line breaks become spaces.
  static func inline(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.properties.generalCategory == .control {
        escaped.append(" ")
      } else {
        if marks.contains(scalar) { escaped.append("\\") }
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  static func table(_ table: PageTable) -> String {
    var text = TextTable(columns: table.columns.map { inline($0.name) })
    text.rows = table.lines.map { ([$0.head] + $0.cells.map(\.text)).map(inline) }
    return text.markdown
  }

  /// An underscore or a dash inside a word marks nothing.
  private static let marks = Set("\\`*<>[]|&#~".unicodeScalars)
}

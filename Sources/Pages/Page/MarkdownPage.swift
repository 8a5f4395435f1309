import Reporting

/// The digest of a page, for a forum post or an issue.
struct MarkdownPage {
  let title: String
  let subtitle: String
  let sections: [PageSection]

  var text: String {
    var parts = ["## \(MarkdownText.inline(title))\n", "\(MarkdownText.inline(subtitle))\n"]
    for section in sections {
      let facts = section.id == SummarySection.id ? section.words : section.digest.facts
      guard !facts.isEmpty || !section.digest.tables.isEmpty else { continue }
      parts.append("### \(MarkdownText.inline(section.title))\n")
      parts += list(section.leads)
      for table in section.digest.tables {
        let name = [table.name, table.note].compactMap { $0 }.joined(separator: "; ")
        parts.append("\(MarkdownText.inline(name))\n")
        parts.append(MarkdownText.table(table))
      }
      parts += list(facts)
    }
    return parts.joined(separator: "\n")
  }

  private func list(_ facts: [String]) -> [String] {
    facts.isEmpty ? [] : [facts.map { "- \(MarkdownText.inline($0))\n" }.joined()]
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
    let plain = table.plain
    let text = TextTable(columns: plain.columns.map(inline), rows: plain.rows.map { $0.map(inline) })
    let areNumbers = table.kind == PageTable.Kind.numbers.rawValue
    return text.markdown { $0 == 0 || !areNumbers || table.columns[$0].isWords }
  }

  /// An underscore or a dash inside a word marks nothing.
  private static let marks = Set("\\`*<>[]|&#~".unicodeScalars)
}

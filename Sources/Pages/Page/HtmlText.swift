import Mustache

/// Text for the inside of elements and quoted attributes.
///
/// The library's own escaping looks at characters, and to Swift a quote followed by a combining accent is one that is no quote.
/// A browser sees the quote. This looks at code points, and leaves out those that XML and HTML forbid. No line is broken before a
/// percent sign.
struct HtmlText: MustacheContentType {
  /// What the page's template calls it.
  static let name = "MARKUP"

  func escapeText(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      case " " where index + 1 < scalars.count && scalars[index + 1] == "%": escaped.append("\u{A0}")
      case "\t", "\n", "\r": escaped.append(scalar)
      default: escaped.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
      }
    }
    return String(escaped)
  }
}

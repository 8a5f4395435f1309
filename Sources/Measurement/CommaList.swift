/// Values separated by commas, each checked: `add,xchg`.
package struct CommaList<Element: ListElement>: Sendable {
  package var elements: [Element]

  /// Nil where one of them is no such value.
  package init?(_ text: String) {
    elements = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let element = Element(word: String(word)) else { return nil }
      elements.append(element)
    }
  }
}

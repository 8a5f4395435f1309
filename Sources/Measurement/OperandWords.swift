import LockKernels

/// An operand size in bytes that some instruction has.
package struct Width: ListElement {
  package let bytes: Int

  package static let all = Set(Instruction.allCases.flatMap(\.widths)).sorted()
  package static var validWords: [String] { all.map(String.init) }

  package init?(word: String) {
    guard let bytes = Width.all.first(where: { "\($0)" == word }) else { return nil }
    self.bytes = bytes
  }
}

/// An offset in a cache line, in bytes; which ones exist depends on width and placement.
package struct Offset: ListElement {
  package let bytes: Int

  package static var validWords: [String] { ["0", "1", "...", "the line's size - 1"] }

  package init?(word: String) {
    guard let bytes = Int(word), (0..<4096).contains(bytes), "\(bytes)" == word else { return nil }
    self.bytes = bytes
  }
}

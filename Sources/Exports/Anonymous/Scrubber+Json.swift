extension Scrubber {
  /// Takes words out of strings; keys and what is no string stay.
  ///
  /// - Parameters:
  ///   - text: JSON, valid UTF-8.
  ///   - name: what the document itself is called, in place of its `name`, as a data package has it.
  func scrubbed(json text: [UInt8], name: String? = nil) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    // The keys that lead here; an array has that of its elements.
    var (path, key): ([String], String) = ([], "")
    var index = 0
    while index < text.count {
      let byte = text[index]
      guard byte == UInt8(ascii: "\"") else {
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { path.append(key) }
        if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { key = path.popLast() ?? "" }
        result.append(byte)
        index += 1
        continue
      }
      let end = Scrubber.stringEnd(text, from: index)
      let string = text[index..<end]
      if text[end...].first(where: { !Scrubber.isSpace($0) }) == UInt8(ascii: ":") {
        key = String(decoding: string.dropFirst().dropLast(), as: UTF8.self)
        result += string
      } else if let name, key == "name", path.count == 1 {
        result += "\"\(name)\"".utf8
      } else {
        result += FieldWords(of: key).areOurs(string) ? string : unworded(string)
      }
      index = end
    }
    return unshaped(result)
  }

  /// Behind the closing quote, or the end of a text that lacks one.
  private static func stringEnd(_ text: [UInt8], from start: Int) -> Int {
    var index = start + 1
    while index < text.count, text[index] != UInt8(ascii: "\"") {
      index += text[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index + 1, text.count)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (UInt8(ascii: "\t")...UInt8(ascii: "\r")).contains(byte)
  }
}

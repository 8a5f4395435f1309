/// A second reader of tables, written for plainness alone: the fast one has to agree with it on every input.
public struct ReferenceTable: Sendable {
  public var header: [String]
  /// What the fields say.
  public var rows: [[String]]

  public init(header: [String], rows: [[String]]) {
    self.header = header
    self.rows = rows
  }

  /// - Parameter kinds: of columns by name, in the words of a data package; others are texts.
  /// - Returns: nil where the file has to be refused.
  public init?(csv: [UInt8], kinds: [String: String]) {
    guard !csv.contains(0), csv.last == 0x0A, let text = String(validating: csv, as: UTF8.self),
      var lines = ReferenceTable.lines(text)
    else { return nil }
    header = lines.removeFirst()
    rows = lines
    guard !header.contains(""), Set(header).count == header.count,
      rows.allSatisfy({ $0.count == header.count })
    else { return nil }
    for row in rows {
      for (name, field) in zip(header, row)
      where !ReferenceTable.isA(kinds[name] ?? "string", field) { return nil }
    }
  }

  private enum State { case start, plain, quoted, closed }

  private static func lines(_ text: String) -> [[String]]? {
    var scalars = Array(text.unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var lines: [[String]] = []
    var line: [String] = []
    var field = String.UnicodeScalarView()
    var rawBytes = 0
    var state = State.start
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      switch (state, scalar) {
      case (.start, "\""):
        state = .quoted
      case (.quoted, "\""):
        if index < scalars.count, scalars[index] == "\"" {
          index += 1
          rawBytes += 2
          field.append(scalar)
        } else {
          state = .closed
        }
      case (.plain, "\""):
        return nil
      case (.start, ","), (.plain, ","), (.closed, ","), (.start, "\n"), (.plain, "\n"), (.closed, "\n"),
        (.start, "\r"), (.plain, "\r"), (.closed, "\r"):
        guard rawBytes <= 1 << 20 else { return nil }
        line.append(String(field))
        (field, rawBytes, state) = (.init(), 0, .start)
        if scalar == "," { continue }
        if scalar == "\r" {
          guard scalars[index] == "\n" else { return nil }
          index += 1
        }
        lines.append(line)
        line = []
      case (.closed, _):
        return nil
      default:
        field.append(scalar)
        rawBytes += UTF8.width(scalar)
        if state == .start { state = .plain }
      }
    }
    return state == .start && line.isEmpty ? lines : nil
  }

  private static func isA(_ kind: String, _ field: String) -> Bool {
    if field.isEmpty { return true }
    let digits: (Substring) -> Bool = { text in
      !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
    let unsigned = field.hasPrefix("-") ? field.dropFirst() : field[...]
    switch kind {
    case "integer":
      return digits(unsigned) && Int(field).map { $0 != .min } ?? false
    case "number":
      let parts = unsigned.split(
        maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
      let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard mantissa.allSatisfy(digits) else { return false }
      if parts.count == 2 {
        let signed = parts[1].hasPrefix("-") || parts[1].hasPrefix("+")
        guard digits(signed ? parts[1].dropFirst() : parts[1]) else { return false }
      }
      guard let value = Double(field), value.isFinite else { return false }
      return value != 0 || mantissa.joined().allSatisfy { $0 == "0" }
    case "boolean":
      return field == "true" || field == "false"
    default:
      return true
    }
  }
}

/// What a text has of that without which shapes are not in it, found in one pass: regular expressions would take minutes over tables.
struct ShapeSigns: OptionSet {
  let rawValue: UInt8

  static let number = ShapeSigns(rawValue: 1 << 0)
  static let at = ShapeSigns(rawValue: 1 << 1)
  /// With no ASCII letter or digit in front.
  static let slash = ShapeSigns(rawValue: 1 << 2)
  /// Two side by side, or three among hexadecimal digits: a time of day has two.
  static let colons = ShapeSigns(rawValue: 1 << 3)
  /// Three among digits.
  static let dots = ShapeSigns(rawValue: 1 << 4)
  /// Seventeen hexadecimal digits, hyphens and colons.
  static let digits = ShapeSigns(rawValue: 1 << 5)
  static let hexadecimal = ShapeSigns(rawValue: 1 << 6)
  /// Behind an `i` or a `p`.
  static let hyphen = ShapeSigns(rawValue: 1 << 7)
}

extension ShapeSigns {
  init(of text: some Sequence<UInt8>) {
    self = []
    var (colons, dots, digits) = (0, 0, 0)
    var last = UInt8(ascii: " ")
    for byte in text {
      let isHexDigit = byte.isHexDigit
      colons = byte == UInt8(ascii: ":") ? colons + 1 : isHexDigit ? colons : 0
      dots =
        byte == UInt8(ascii: ".")
        ? dots + 1 : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? dots : 0
      digits = isHexDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":") ? digits + 1 : 0
      switch byte {
      case UInt8(ascii: "#"): insert(.number)
      case UInt8(ascii: "@"): insert(.at)
      case UInt8(ascii: "/") where !last.isAsciiWordPart: insert(.slash)
      case UInt8(ascii: ":") where colons == 3 || last == UInt8(ascii: ":"): insert(.colons)
      case UInt8(ascii: ".") where dots == 3: insert(.dots)
      case UInt8(ascii: "x") where last == UInt8(ascii: "0"): insert(.hexadecimal)
      case UInt8(ascii: "-") where last == UInt8(ascii: "i") || last == UInt8(ascii: "p"): insert(.hyphen)
      default: break
      }
      if digits == 17 { insert(.digits) }
      last = byte
    }
  }
}

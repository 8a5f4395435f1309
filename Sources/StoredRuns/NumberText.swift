/// Numbers as the tables write them: no sign but a minus, no spaces, a point, digits on both its sides.
enum NumberText {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  /// - Returns: nil for anything else, and beyond ±(2^63 - 1).
  static func integer(_ bytes: Bytes) -> Int? {
    let isNegative = bytes.first == minus
    var index = isNegative ? 1 : 0
    guard index < bytes.count else { return nil }
    var value = 0
    while index < bytes.count {
      let digit = Int(bytes[index]) - zero
      guard digit >= 0, digit <= 9 else { return nil }
      let (shifted, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = shifted.addingReportingOverflow(digit)
      if overflows || overflowsToo { return nil }
      value = sum
      index += 1
    }
    return isNegative ? -value : value
  }

  /// The nearest number to what is written.
  ///
  /// Up to 2^53 and times or over up to 10^22 one rounded operation gives it (Clinger, "How to read floating point numbers
  /// accurately", PLDI 1990); the rest goes to the standard library.
  /// - Returns: nil for anything else, beyond the finite, and for what is not 0 but would become so.
  static func number(_ bytes: Bytes) -> Double? {
    let isNegative = bytes.first == minus
    var index = isNegative ? 1 : 0
    var digits: UInt64 = 0
    var fitsDigits = true
    var power = 0

    func digit() -> UInt64? {
      guard index < bytes.count, case let value = Int(bytes[index]) - zero, value >= 0, value <= 9
      else { return nil }
      index += 1
      return UInt64(value)
    }
    func append(_ digit: UInt64) {
      if digits < 1 << 59 { digits = digits * 10 + digit } else { fitsDigits = false }
    }

    guard let first = digit() else { return nil }
    append(first)
    while let next = digit() { append(next) }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard let first = digit() else { return nil }
      append(first)
      power -= 1
      while let next = digit() {
        append(next)
        power -= 1
      }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      var sign = 1
      if index < bytes.count, bytes[index] == minus || bytes[index] == UInt8(ascii: "+") {
        if bytes[index] == minus { sign = -1 }
        index += 1
      }
      guard var exponent = digit().map(Int.init) else { return nil }
      while let next = digit() { exponent = min(exponent * 10 + Int(next), 1_000_000) }
      power += sign * exponent
    }
    guard index == bytes.count else { return nil }

    if fitsDigits, digits <= 1 << 53, abs(power) <= 22 {
      let value = power < 0 ? Double(digits) / powersOfTen[-power] : Double(digits) * powersOfTen[power]
      return isNegative ? -value : value
    }
    guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite,
      value != 0 || (digits == 0 && fitsDigits)
    else { return nil }
    return value
  }

  private static let minus = UInt8(ascii: "-")
  private static let zero = Int(UInt8(ascii: "0"))
  /// All powers of ten that a double holds exactly.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
  ]
}

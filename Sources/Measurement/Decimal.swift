import RealModule

/// Numbers as text, with a decimal point in every locale.
public enum Decimal {
  /// With so many digits behind the point.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    let scale = Double.pow(10, Double(digits))
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let whole = Int64(scaled)
    guard digits > 0 else { return sign + String(whole) }
    let fraction = String(whole % Int64(scale))
    return sign + String(whole / Int64(scale)) + "."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// Rounded to so many significant digits, as short as that allows.
  public static func significant(_ value: Double, _ digits: Int = 6) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    let places = digits - 1 - Int(Double.log10(abs(value)).rounded(.down))
    let text = fixed(value, min(15, max(0, places)))
    guard text.contains(".") else { return text }
    let end = text.lastIndex { $0 != "0" }!
    return String(text[end] == "." ? text[..<end] : text[...end])
  }

  /// `1 run`, `2 runs`.
  public static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}

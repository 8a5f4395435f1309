/// How what belongs together looks: colour, marker and dashes go together, so that none has to be told by colour alone.
struct SeriesStyle: Equatable {
  /// From 1 to `count`; the style sheet and the markers of the page are numbered so.
  let number: Int
  static let count = 6

  /// Those with many series begin again.
  init(_ index: Int) { number = index % SeriesStyle.count + 1 }

  /// For what is there only to be seen not to differ.
  static let muted = SeriesStyle(number: 0)
  private init(number: Int) { self.number = number }

  var name: String { "s\(number)" }
}

/// A value with its interval.
struct Ranged {
  var value: Double
  var low: Double?
  var high: Double?

  var all: [Double] { [value, low, high].compactMap { $0 } }

  func map(_ change: (Double) -> Double) -> Ranged {
    Ranged(value: change(value), low: low.map(change), high: high.map(change))
  }

  /// With the unit of the interval once, where both ends have the same.
  func text(_ quantity: Quantity) -> String {
    guard let low = low.map(quantity.text), let high = high.map(quantity.text) else {
      return quantity.text(value)
    }
    let unit = { (text: String) in text.drop { $0.isNumber || $0 == "." || $0 == "-" } }
    let lower = unit(low) == unit(high) ? low.dropLast(unit(low).count) : low[...]
    return "\(quantity.text(value)) (\(lower) to \(high))"
  }
}

/// An entry of a legend.
struct Key {
  let style: String
  let name: String
  let hasLine: Bool
  let hasMarker: Bool
  let width: Int

  init(_ style: SeriesStyle, _ name: String, line: Bool = true, marker: Bool = true) {
    self.style = style.name
    self.name = name
    hasLine = line
    hasMarker = marker
    width = line ? 28 : 10
  }
}

import RealModule
import Testing

@testable import Pages

/// The colours of the style sheet, as people with each kind of colour blindness see them.
@Suite struct PaletteTests {
  private struct Colour {
    /// Linear red, green and blue, 0 to 1.
    var parts: [Double]

    init(parts: [Double]) { self.parts = parts.map { min(1, max(0, $0)) } }

    init?(_ hex: Substring) {
      guard hex.count == 6, let value = Int(hex, radix: 16) else { return nil }
      parts = [value >> 16, value >> 8 & 255, value & 255].map {
        let part = Double($0) / 255
        return part <= 0.04045 ? part / 12.92 : Double.pow((part + 0.055) / 1.055, 2.4)
      }
    }

    /// WCAG 2.2, relative luminance.
    var luminance: Double { 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] }

    func contrast(_ other: Colour) -> Double {
      let pair = [luminance, other.luminance].sorted()
      return (pair[1] + 0.05) / (pair[0] + 0.05)
    }

    /// Oklab (Björn Ottosson, 2020): distances in it are about as the eye has them.
    var lab: [Double] {
      let cones = Colour.times(
        [
          [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
          [0.0883024619, 0.2817188376, 0.6299787005],
        ], parts
      ).map { Double.pow($0, 1.0 / 3) }
      return Colour.times(
        [
          [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
          [0.0259040371, 0.7827717662, -0.8086757660],
        ], cones)
    }

    func distance(_ other: Colour) -> Double {
      zip(lab, other.lab).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    func seen(by sight: [[Double]]) -> Colour { Colour(parts: Colour.times(sight, parts)) }

    private static func times(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
      matrix.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }

  /// Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1.
  private static let sights: [String: [[Double]]] = [
    "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
      [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
      [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
      [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ],
  ]

  /// The light theme's properties, and the dark one's.
  private static let themes: [[String: Colour]] = {
    let css = String(decoding: Templates.sources["colours"]!, as: UTF8.self)
    let parts = css.split(separator: "prefers-color-scheme: dark", maxSplits: 1)
    return parts.map { part in
      var found: [String: Colour] = [:]
      for declaration in part.split(whereSeparator: { $0 == ";" || $0 == "{" || $0 == "}" }) {
        let sides = declaration.split(separator: ":").map { $0.drop(while: \.isWhitespace) }
        guard sides.count == 2, sides[0].hasPrefix("--"), sides[1].hasPrefix("#") else { continue }
        // The first block of the part is the theme's: print has one property of its own behind.
        if let colour = Colour(sides[1].dropFirst()), found[String(sides[0])] == nil {
          found[String(sides[0])] = colour
        }
      }
      return found
    }
  }()

  private func colours(_ theme: Int, _ prefix: String, _ numbers: ClosedRange<Int>) throws -> [Colour] {
    try numbers.map { try #require(Self.themes[theme]["--\(prefix)\($0)"]) }
  }

  @Test(arguments: [0, 1])
  func seriesAreToldApartByEverybody(theme: Int) throws {
    let page = try #require(Self.themes[theme]["--page"])
    let series = try colours(theme, "s", 1...SeriesStyle.count)
    for colour in series { #expect(colour.contrast(page) >= 3, "WCAG 2.2, 1.4.11") }
    for (name, sight) in Self.sights {
      for (index, one) in series.enumerated() {
        for other in series.dropFirst(index + 1) {
          let distance = one.seen(by: sight).distance(other.seen(by: sight))
          #expect(distance > 0.12, "\(name): \(index + 1), \(distance)")
        }
      }
    }
  }

  @Test(arguments: [0, 1])
  func textIsReadable(theme: Int) throws {
    let properties = Self.themes[theme]
    let page = try #require(properties["--page"])
    for name in ["--ink", "--soft", "--link"] {
      #expect(try #require(properties[name]).contrast(page) >= 4.5, "\(name), WCAG 2.2, 1.4.3")
    }
    let ink = try #require(properties["--ink"])
    for (index, shade) in try colours(theme, "h", 1...HeatMap.shades).enumerated() {
      #expect(shade.contrast(index < 4 ? ink : page) >= 4.5, "shade \(index + 1)")
    }
    for (name, text) in [
      ("completed", ink), ("delayed", ink), ("other", ink), ("trapped", page), ("killed", page),
    ] {
      #expect(try #require(properties["--o-\(name)"]).contrast(text) >= 4.5, "\(name)")
    }
  }

  /// A shade is told from the next by its lightness alone, which every eye sees.
  @Test(arguments: [0, 1])
  func shadesGetDeeper(theme: Int) throws {
    let page = try #require(Self.themes[theme]["--page"])
    let contrasts = try colours(theme, "h", 1...HeatMap.shades).map { $0.contrast(page) }
    for (one, next) in zip(contrasts, contrasts.dropFirst()) { #expect(next > one * 1.1) }
  }
}

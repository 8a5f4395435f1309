import Measurement

extension CsvColumn {
  /// An estimate and the ends of its 95 % interval: `name`, `name_low` and `name_high`, all with the unit behind.
  ///
  /// - Parameter source: of the interval.
  static func estimate(
    _ name: String, unit: String? = nil, _ meaning: String, source: String = "over this run's rounds",
    _ estimate: @escaping @Sendable (Row) -> Estimate?
  ) -> [CsvColumn] {
    let (suffix, inUnit) = (unit.map { "_" + $0 } ?? "", unit.map { ", in " + $0 } ?? "")
    return [
      .number(name + suffix, meaning) { estimate($0)?.value },
      .number("\(name)_low\(suffix)", "Lower end of its 95 % interval \(source)\(inUnit).") {
        estimate($0)?.low
      },
      .number("\(name)_high\(suffix)", "Upper end of its 95 % interval\(inUnit).") { estimate($0)?.high },
    ]
  }

  /// What a victim takes beside an aggressor over what it takes in control.
  static func slowdown(_ estimate: @escaping @Sendable (Row) -> Estimate?) -> [CsvColumn] {
    self.estimate(
      "slowdown", "Treated over control: 20 % trimmed mean of the rounds' logarithms.",
      source: "(BCa bootstrap over this run's rounds)", estimate)
  }
}

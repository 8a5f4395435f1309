/// An estimated variance with the degrees of freedom behind it.
struct Variance {
  var value: Double
  var degrees: Double

  /// Of a sum of two independent quantities: degrees of freedom by Welch and Satterthwaite.
  static func + (a: Variance, b: Variance) -> Variance {
    let sum = a.value + b.value
    let terms = a.value * a.value / a.degrees + b.value * b.value / b.degrees
    return Variance(value: sum, degrees: terms > 0 ? sum * sum / terms : a.degrees + b.degrees)
  }
}

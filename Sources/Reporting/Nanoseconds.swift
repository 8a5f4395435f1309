import Measurement

/// Nanoseconds with as many digits as a reader can use.
public enum Nanoseconds {
  public static func text(_ value: Double) -> String {
    Decimal.fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
  }
}

/// The orders in which the runs of two sides can fall.
enum Orders {
  /// The probability that all runs of one side lie above all of the other, if the sides do not differ.
  static func chance(_ first: Int, _ second: Int) -> Double {
    // 2 / (first + second choose second)
    (1...second).reduce(2.0) { $0 * Double($1) / Double(first + $1) }
  }

  /// Runs a side with which that probability, times a number of tests, falls to alpha.
  static func runs(tests: Int, alpha: Double) -> Int {
    (Rules.fewestRuns...).first { chance($0, $0) * Double(tests) <= alpha }!
  }
}

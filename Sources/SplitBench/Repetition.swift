import ArgumentParser
import CHost
import Glibc
import Measurement

/// Runs one after another: the repetition that comparisons need.
struct Repetition: ParsableArguments {
  @Option(
    name: .customLong("repeat"),
    help: ArgumentHelp(
      "Whole runs to make, 1 to 1000, each with a folder, a budget and a seed of its own.", valueName: "count"
    ))
  var count = 1

  @Option(help: ArgumentHelp("Rest between two of them, in seconds.", valueName: "seconds"))
  var pause: Double?

  private static let most = 1000
  private static let longestPause = 86_400.0

  func validate() throws {
    guard (1...Repetition.most).contains(count) else {
      throw ValidationError("--repeat is a number from 1 to \(Repetition.most)")
    }
    guard let pause else { return }
    guard pause.isFinite, (0...Repetition.longestPause).contains(pause) else {
      throw ValidationError("--pause is a time in seconds, at most \(Int(Repetition.longestPause))")
    }
    if count == 1 { throw ValidationError("--pause lies between runs: it needs --repeat") }
  }

  /// One seed a run: the first as it is, the others drawn from it.
  func seeds(first: UInt64) -> [UInt64] {
    var random = SeededGenerator(seed: first)
    return [first] + (1..<max(1, count)).map { _ in random.next() >> 1 }
  }

  /// Rests before a run.
  ///
  /// - Returns: false if it was interrupted.
  func rest() -> Bool {
    let end = chost_monotonic_raw_ns() + UInt64((pause ?? 0) * 1e9)
    while chost_monotonic_raw_ns() < end {
      if chost_interrupt_received() != 0 { return false }
      usleep(50_000)
    }
    return chost_interrupt_received() == 0
  }

  /// For `--dry-run`.
  var inWords: String {
    count > 1 ? "\(count) such runs, with \(Decimal.significant(pause ?? 0, 6)) s between two\n" : ""
  }
}

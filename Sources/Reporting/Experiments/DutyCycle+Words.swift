import Machine
import Measurement

extension DutyCycle {
  /// The rhythm of Linux's delays in a sentence.
  public var inWords: String {
    let who = cpus.count == 1 ? "one task" : "tasks on CPUs \(CpuSelection.ranges(cpus)) at once"
    let rate = operationsPerSecond.map { "; \(Decimal.significant($0, 3)) operations a second" } ?? ""
    let free = freeOperations.map { ", \(Int($0.median)) free split locks in it" } ?? ""
    let queue = queueMs.map { ", of it \(Decimal.significant($0, 3)) ms queued for the other" } ?? ""
    return "\(who): delayed \(text(delayMs, predicted?.delayMs))\(queue), then open for"
      + " \(text(windowMs, predicted?.windowMs))\(free)\(rate)"
  }

  private func text(_ spread: Spread?, _ bounds: Bounds?) -> String {
    guard let spread else { return "not seen" }
    let predicted = bounds.map {
      ", predicted \(Decimal.significant($0.low, 3)) to \(Decimal.significant($0.high, 3))"
    }
    return "\(Decimal.significant(spread.median, 3)) ms (\(Decimal.significant(spread.least, 3)) to"
      + " \(Decimal.significant(spread.most, 3)) over \(spread.count)\(predicted ?? ""))"
  }
}

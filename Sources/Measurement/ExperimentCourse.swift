import CHost

/// What experiments keep alike: what they may still take, what they left out, and why they ended.
public struct ExperimentCourse: Sendable {
  public internal(set) var end: ExperimentEnd = .finished
  /// Length in seconds of the operation that ended the experiment.
  public private(set) var unexplainedDelay: Double?
  /// What was not measured, with the reason.
  public private(set) var skipped: [(what: String, reason: String)] = []
  public internal(set) var budget: BusBudget

  /// Seconds on the experiment's clock.
  private let start: Double
  private let wallLimit: Double

  init(_ share: Plan.Share, at start: Double) {
    budget = BusBudget(limit: share.budget)
    (self.start, wallLimit) = (start, share.wallLimit)
  }

  func elapsed(at now: Double) -> Double { now - start }

  func secondsLeft(at now: Double) -> Double { wallLimit - elapsed(at: now) }

  mutating func heedInterrupt() {
    if end == .finished, chost_interrupt_received() != 0 { end = .interrupted }
  }

  /// Whether nobody interrupted and there is time; ends the experiment otherwise.
  mutating func goesOn(at now: Double) -> Bool {
    heedInterrupt()
    if end == .finished, secondsLeft(at: now) <= 0 { end = .wallLimit }
    return end == .finished
  }

  /// Ends the experiment if an operation took so long that nothing explains it.
  mutating func stop(_ unexplained: Double?) {
    guard let unexplained else { return }
    unexplainedDelay = unexplained
    end = .unexplainedDelay
  }

  /// Once, however many rounds it is left out of.
  mutating func skip(_ what: String, _ reason: String) {
    if !skipped.contains(where: { $0 == (what, reason) }) { skipped.append((what, reason)) }
  }

  /// Says how many cells an experiment that finished has not measured.
  mutating func noteUnmeasured(_ count: Int, of total: Int, _ experiment: ExperimentId) {
    guard count > 0, end == .finished || end == .wallLimit else { return }
    skip(
      "\(count) of \(total) cells of \(experiment.rawValue)",
      end == .finished ? ExperimentEnd.outOfBudget : ExperimentEnd.outOfTime)
  }
}

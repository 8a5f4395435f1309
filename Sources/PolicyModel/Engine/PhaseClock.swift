/// Phases of work and rest, one after another; their lengths are the same under every policy.
struct PhaseClock {
  private let workNs: Int
  private let restNs: Int
  private var random: Random
  /// Whether it is at work.
  private(set) var isOn: Bool
  private let begin: Int
  /// When this phase is over, unless the work waits meanwhile.
  private(set) var end: Int

  /// Somewhere in a phase, at work or at rest as often as these last.
  init(_ phases: Scenario.Actor.Phases, _ random: Random, at begin: Int) {
    (workNs, restNs) = (phases.onMs * 1_000_000, phases.offMs * 1_000_000)
    (self.random, self.begin) = (random, begin)
    let place = self.random.below(workNs + restNs)
    isOn = place < workNs
    end = begin + (isOn ? workNs - place : workNs + restNs - place)
  }

  mutating func turn() {
    isOn.toggle()
    end += random.around(isOn ? workNs : restNs)
  }

  /// The work stood still for so many ns.
  mutating func delay(by time: Int) { end += time }

  /// Time of work until then where nothing delays it; of a clock that has not turned yet.
  func work(until last: Int) -> Int {
    var (clock, now, work) = (self, begin, 0)
    while now < last {
      let next = min(clock.end, last)
      work += clock.isOn ? next - now : 0
      now = next
      clock.turn()
    }
    return work
  }
}

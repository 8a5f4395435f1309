/// The bus, which one split lock at a time has to itself.
///
/// Who is after a split lock every so many ns does something else in between, and waits where the bus is taken: of all waits the same one, so
/// that those who use the bus together fill its time and no more. A clock for each pace tells how far its users have come.
struct Bus {
  private struct Pace {
    let period: Int
    var users = 0
    /// What its users have done by `since`, in ns of their own time.
    var clock = 0
    var since = 0
  }

  private let cost: Int
  private var paces: [Pace] = []
  private var indices: [Int: Int] = [:]
  /// What each split lock waits, in ns.
  private(set) var wait = 0
  private var exactWait = 0.0

  /// - Parameter cost: of a split lock, in ns.
  init(cost: Int) { self.cost = cost }

  /// - Parameter period: from one split lock to the next where nobody else uses the bus, in ns: their cost at least.
  /// - Returns: the pace, for `leave` and `clock`.
  mutating func join(_ period: Int, at now: Int) -> Int {
    let pace = index(of: period)
    paces[pace].users += 1
    share(at: now)
    return pace
  }

  mutating func leave(_ pace: Int, at now: Int) {
    paces[pace].users -= 1
    share(at: now)
  }

  /// Time of a pace's users, which goes the slower the more they wait.
  func clock(_ pace: Int, at now: Int) -> Int {
    let pace = paces[pace]
    return pace.clock + Fixed.scaled(now - pace.since, by: pace.period, over: pace.period + wait)
  }

  private mutating func index(of period: Int) -> Int {
    if let index = indices[period] { return index }
    indices[period] = paces.count
    paces.append(Pace(period: period))
    return paces.count - 1
  }

  private mutating func share(at now: Int) {
    let exact = solved()
    // Whole ns, and not too few of them.
    let wait = Int(exact + 0.999)
    exactWait = exact
    guard wait != self.wait else { return }
    for index in paces.indices {
      paces[index].clock = clock(index, at: now)
      paces[index].since = now
    }
    self.wait = wait
  }

  /// The wait with which the shares of the bus's time, cost / (period + wait), are 1 in all; 0 where they are less without. By
  /// Newton's method from the last one: IEEE 754's four operations alone, so that it is the same on every machine.
  private func solved() -> Double {
    var wait = exactWait
    while true {
      var (excess, slope) = (-1.0, 0.0)
      for pace in paces where pace.users > 0 {
        let period = Double(pace.period) + wait
        let share = Double(pace.users) * Double(cost) / period
        excess += share
        slope += share / period
      }
      // The function is convex: behind the first step it comes from below.
      let next = slope == 0 ? 0 : max(0, wait + excess / slope)
      let step = next - wait
      wait = next
      if step < 0.5, step > -0.5 { return wait }
    }
  }
}

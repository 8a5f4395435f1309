/// The machine that a policy is asked about: bits, clocks, who runs where, and what happened so far.
///
/// Between two events nothing is simulated: a runner's split locks are counted from its pace when something changes for it
/// (`ModelHost+Accounts.swift`).
struct ModelHost {
  let shape: Scenario.Host
  let costs: Costs
  let jiffy: Int

  private(set) var now = 0
  private(set) var bits: [Bool]
  /// What each CPU wrote last to the bit of its core.
  private var written: [Bool]
  private let hasBits: Bool
  private(set) var isOnline: [Bool]
  var runners: [Runner] = []
  var guests: [Guest] = []
  var tally = Tally()
  var queue = EventQueue()
  var busLockLog = LogLimiter()
  private(set) var residents: [[Int]]
  /// Runners for whom something may have changed.
  private(set) var unsettled: [Int] = []

  var bus: Bus
  var firstTried = Int.max
  var firstDetected = Int.max

  struct Guest {
    /// The value that it writes to its detection bit; nil: it knows of none.
    let detection: Bool?
    /// Split locks that KVM handled silently.
    var counter = 0
    /// Whether KVM offered it detection as it started.
    var isOffered = false
    var isKilled = false
    var runners: [Int] = []
  }

  init(shape: Scenario.Host, costs: Costs) {
    (self.shape, self.costs) = (shape, costs)
    jiffy = 1_000_000_000 / shape.timerHz
    bus = Bus(cost: costs.splitLock.ns)
    bits = Array(repeating: false, count: shape.cores)
    written = Array(repeating: true, count: shape.cpus)
    hasBits = shape.detects.contains(.splitLock)
    residents = Array(repeating: [], count: shape.cores)
    isOnline = Array(repeating: true, count: shape.cpus)
  }

  func core(_ cpu: Int) -> Int { cpu / shape.threadsPerCore }
  func isArmed(_ cpu: Int) -> Bool { bits[core(cpu)] }
  /// Whether #AC comes to a CPU that had itself taken detection off: another one of its core set the bit.
  func meetsSpurious(_ cpu: Int) -> Bool { isArmed(cpu) && !written[cpu] }
  var onlineCpus: [Int] { isOnline.indices.filter { isOnline[$0] } }
  /// Where what ran on a CPU goes on when that CPU is gone.
  func nextOnline(to cpu: Int) -> Int {
    isOnline[(cpu + 1)...].firstIndex(of: true) ?? isOnline.firstIndex(of: true)!
  }
  func guest(of runner: Int) -> Guest? { runners[runner].guest.map { guests[$0] } }

  // MARK: What policies do

  /// Writes the detection bit of a CPU's core.
  mutating func write(_ value: Bool, cpu: Int) {
    guard hasBits else { return }
    tally.msrWrites += 1
    written[cpu] = value
    let core = core(cpu)
    guard bits[core] != value else { return }
    tally.toggles += 1
    bits[core] = value
    unsettled += residents[core]
  }

  /// Every CPU that is online writes the bit, as an interrupt from one of them tells it to.
  mutating func writeEverywhere(_ value: Bool) {
    let cpus = onlineCpus
    tally.ipis += cpus.count - 1
    for cpu in cpus { write(value, cpu: cpu) }
  }

  /// A timer of so many jiffies fires between that many and one more of them later, never early (kernel/time/timer.c, calc_index).
  private func tick(after jiffies: Int) -> Int { (now / jiffy + jiffies + 1) * jiffy }

  /// `msleep`, which added a jiffy before Linux 6.12 (4381b895f544).
  mutating func sleep(_ runner: Int, ms: Int, addsJiffy: Bool) {
    let jiffies = (ms * shape.timerHz + 999) / 1000 + (addsJiffy ? 1 : 0)
    sleep(runner, until: tick(after: jiffies))
  }

  mutating func sleep(_ runner: Int, until time: Int) {
    wait(runner, .asleep)
    queue.push(.wake(runner: runner), at: max(time, now))
  }

  /// It waits until the policy resumes it.
  mutating func enqueue(_ runner: Int) { wait(runner, .queued) }

  private mutating func wait(_ runner: Int, _ wait: Runner.Wait) {
    if runners[runner].wait == .none { runners[runner].waitBegin = now }
    runners[runner].wait = wait
    unsettled.append(runner)
  }

  /// Its sleep or its turn in the queue is over.
  mutating func resume(_ runner: Int) {
    guard runners[runner].wait != .none else { return }
    countWait(runner)
    runners[runner].wait = .none
    unsettled.append(runner)
  }

  /// Counts what it has waited so far, for which its work stood still.
  private mutating func countWait(_ runner: Int) {
    guard runners[runner].wait != .none, runners[runner].isOn else { return }
    let waited = now - runners[runner].waitBegin
    runners[runner].waitBegin = now
    tally.waited += waited
    delayPhase(runner, by: waited)
  }

  /// `schedule_delayed_work_on`.
  mutating func schedule(on cpu: Int, afterJiffies jiffies: Int) {
    queue.push(.work(cpu: cpu), at: tick(after: jiffies))
  }

  /// Ends a task, a driver's thread, or a task inside a guest.
  mutating func end(_ runner: Int) {
    runners[runner].isDead = true
    unsettled.append(runner)
  }

  /// The same before what it tried was performed.
  mutating func kill(_ runner: Int) {
    end(runner)
    tally.prevented += 1
  }

  mutating func killGuest(of runner: Int) {
    guard let guest = runners[runner].guest, !guests[guest].isKilled else { return }
    guests[guest].isKilled = true
    tally.guestsKilled += 1
    tally.prevented += 1
    for runner in guests[guest].runners { end(runner) }
  }

  /// A line of Linux's log, where the limit of its place allows.
  mutating func log(_ limiter: inout LogLimiter) {
    tally.logLines += limiter.lines(of: 1, from: now, to: now)
  }

  mutating func reassessAll() { unsettled = Array(runners.indices) }

  // MARK: Moving on

  mutating func advance(to time: Int) { now = time }

  mutating func forgetUnsettled() { unsettled.removeAll(keepingCapacity: true) }

  mutating func setOnline(_ value: Bool, cpu: Int) { isOnline[cpu] = value }

  mutating func place(_ runner: Int, on cpu: Int) {
    residents[core(runners[runner].cpu)].removeAll { $0 == runner }
    runners[runner].cpu = cpu
    residents[core(cpu)].append(runner)
    unsettled.append(runner)
  }

  /// It goes to work.
  mutating func goesOn(_ runner: Int) {
    runners[runner].isOn = true
    runners[runner].onBegin = now
    unsettled.append(runner)
  }

  /// It stops its work: its phase ends, it leaves its CPU, or all is over.
  mutating func goesOff(_ runner: Int) {
    countWait(runner)
    runners[runner].isOn = false
    runners[runner].worked += now - runners[runner].onBegin
    unsettled.append(runner)
  }

  mutating func turnPhase(_ runner: Int) {
    runners[runner].phase?.turn()
    planPhase(runner)
  }

  /// Puts off the end of its phase: what it has to do waits for it.
  mutating func delayPhase(_ runner: Int, by time: Int) {
    runners[runner].phase?.delay(by: time)
    planPhase(runner)
  }

  private mutating func planPhase(_ runner: Int) {
    if let phase = runners[runner].phase { queue.push(.phase(runner: runner), at: phase.end) }
  }

  mutating func changed(_ runner: Int) { unsettled.append(runner) }
}

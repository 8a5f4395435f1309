/// The machine that a policy is asked about: bits, clocks, who runs where, and what happened so far.
///
/// Between two events nothing is simulated: a runner's split locks are counted from its pace when something changes for it.
/// The bus serves one split lock at a time: where runners together want more than all of it, each gets its share, by a clock of the
/// bus that goes the slower the more is wanted.
struct ModelHost {
  let shape: Scenario.Host
  let costs: Costs
  let jiffy: Int

  private(set) var now = 0
  private(set) var bits: [Bool]
  private(set) var isOnline: [Bool]
  var runners: [Runner] = []
  var guests: [Guest] = []
  var tally = Tally()
  var queue = EventQueue()
  var busLockLog = LogLimiter()
  private(set) var residents: [[Int]]
  /// Runners for whom something may have changed.
  private(set) var unsettled: [Int] = []

  /// Time of the bus, and what runners want of it, in millionths.
  private var busClock = 0
  private var busDemand = 0
  private var firstTried = Int.max
  private var firstDetected = Int.max

  struct Guest {
    /// The value that it writes to its detection bit; nil: it knows of none.
    let detection: Bool?
    /// Whether KVM offered it detection as it started.
    var isOffered = false
    var isKilled = false
    var runners: [Int] = []
  }

  init(shape: Scenario.Host, costs: Costs) {
    (self.shape, self.costs) = (shape, costs)
    jiffy = 1_000_000_000 / shape.timerHz
    bits = Array(repeating: false, count: shape.cores)
    residents = Array(repeating: [], count: shape.cores)
    isOnline = Array(repeating: true, count: shape.cpus)
  }

  func core(_ cpu: Int) -> Int { cpu / shape.threadsPerCore }
  func isArmed(_ cpu: Int) -> Bool { bits[core(cpu)] }
  var onlineCpus: [Int] { isOnline.indices.filter { isOnline[$0] } }
  /// Where what ran on a CPU goes on when that CPU is gone.
  func nextOnline(to cpu: Int) -> Int { onlineCpus.first { $0 > cpu } ?? onlineCpus[0] }
  func guest(of runner: Int) -> Guest? { runners[runner].guest.map { guests[$0] } }

  // MARK: What policies do

  /// Writes the detection bit of a CPU's core.
  mutating func write(_ value: Bool, cpu: Int) {
    guard shape.detects.contains(.splitLock) else { return }
    tally.msrWrites += 1
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
    let jiffies = (ms * 1_000_000 + jiffy - 1) / jiffy + (addsJiffy ? 1 : 0)
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
    if runners[runner].isOn { tally.waited += now - runners[runner].waitBegin }
    runners[runner].wait = .none
    unsettled.append(runner)
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

  mutating func advance(to time: Int) {
    let elapsed = time - now
    busClock +=
      busDemand <= Fixed.million
      ? elapsed : Fixed.scaled(elapsed, by: Fixed.million, over: busDemand)
    now = time
  }

  mutating func takeUnsettled() -> [Int] {
    defer { unsettled.removeAll(keepingCapacity: true) }
    return unsettled
  }

  mutating func setOnline(_ value: Bool, cpu: Int) { isOnline[cpu] = value }

  mutating func place(_ runner: Int, on cpu: Int) {
    residents[core(runners[runner].cpu)].removeAll { $0 == runner }
    runners[runner].cpu = cpu
    residents[core(cpu)].append(runner)
    unsettled.append(runner)
  }

  /// Its phase of work begins.
  mutating func goesOn(_ runner: Int) {
    runners[runner].isOn = true
    runners[runner].onBegin = now
    runners[runner].waitBegin = now
    unsettled.append(runner)
  }

  /// Its phase of work ends; that it sleeps on is no loss any more.
  mutating func goesOff(_ runner: Int) {
    if runners[runner].wait != .none { tally.waited += now - runners[runner].waitBegin }
    runners[runner].isOn = false
    runners[runner].worked += now - runners[runner].onBegin
    unsettled.append(runner)
  }

  mutating func changed(_ runner: Int) { unsettled.append(runner) }

  /// Puts a runner on another passage; the split locks of the one before are counted first.
  mutating func begin(_ passage: Passage, _ runner: Int) {
    guard runners[runner].passage != passage else { return }
    settle(runner)
    busDemand += demand(passage, runners[runner]) - demand(runners[runner].passage, runners[runner])
    runners[runner].passage = passage
    if passage == .trap || passage == .asked { plan(runner) }
  }

  /// Plans the next operation of a runner on a passage that stops at each.
  mutating func plan(_ runner: Int) {
    runners[runner].generation &+= 1
    let left = max(0, pace(runners[runner].passage, runners[runner]) - runners[runner].progress)
    queue.push(.operation(runner: runner, generation: runners[runner].generation), at: now + left)
  }

  /// The next operation of a runner is due; it comes again, behind the time that the trap takes, if it is not performed now.
  mutating func reach(_ runner: Int) {
    settle(runner)
    runners[runner].progress = pace(runners[runner].passage, runners[runner]) - costs.trap.ns
    firstTried = min(firstTried, now)
  }

  /// Counts one split lock that locked the bus, behind which the runner goes on its way.
  mutating func perform(_ runner: Int) {
    tally.performed += 1
    tally.busLocked += costs.splitLock.ns
    runners[runner].progress = 0
  }

  mutating func detect() {
    tally.detected += 1
    firstDetected = min(firstDetected, now)
  }

  /// Counts what is not over at the end.
  mutating func finish() {
    for runner in runners.indices {
      settle(runner)
      tally.worked += runners[runner].worked
      if let period = runners[runner].period {
        tally.demanded += runners[runner].worked / max(period, costs.splitLock.ns)
      }
    }
    if firstDetected < .max { tally.firstDetection = firstDetected - firstTried }
    let expected = Set(queue.cpusWithWork.map(core))
    tally.coresOff = bits.indices.count { !bits[$0] && !expected.contains($0) }
  }

  /// Counts what a runner did since it was last settled.
  mutating func settle(_ index: Int) {
    let runner = runners[index]
    runners[index].since = now
    runners[index].sinceBus = busClock
    guard runner.passage != .idle else { return }
    let pace = pace(runner.passage, runner)
    let locks = locksBus(runner.passage)
    var progress = runner.progress + (locks ? busClock - runner.sinceBus : now - runner.since)
    guard runner.passage != .trap, runner.passage != .asked else {
      runners[index].progress = min(progress, pace)
      return
    }
    let count = progress <= 0 ? 0 : progress / pace
    progress -= count * pace
    runners[index].progress = progress
    guard count > 0 else { return }
    let first = min(now, runner.since + max(0, pace - runner.progress))
    firstTried = min(firstTried, first)
    if locks {
      tally.performed += count
      tally.busLocked += count * costs.splitLock.ns
    }
    guard case .each(let toll) = runner.passage else { return }
    tally.detected += count
    firstDetected = min(firstDetected, first)
    switch toll {
    case .busLockTrap:
      tally.busLockTraps += count
      tally.logLines += busLockLog.lines(of: count, from: first, to: now)
    case .emulation:
      tally.alignmentChecks += count
      tally.emulated += count
      tally.guestCounter += count
    }
  }

  private func locksBus(_ passage: Passage) -> Bool {
    passage == .free || passage == .each(.busLockTrap)
  }

  /// Time from one split lock to the next, in ns: never less than what it takes.
  private func pace(_ passage: Passage, _ runner: Runner) -> Int {
    let least =
      switch passage {
      case .idle, .free, .trap: costs.splitLock.ns
      case .asked, .each(.busLockTrap): costs.splitLock.ns + costs.trap.ns
      case .each(.emulation): costs.vmExit.ns
      }
    return max(least, runner.period ?? least)
  }

  private func demand(_ passage: Passage, _ runner: Runner) -> Int {
    locksBus(passage)
      ? Fixed.scaled(costs.splitLock.ns, by: Fixed.million, over: pace(passage, runner)) : 0
  }
}

/// What runners did between two events, counted from their pace.
extension ModelHost {
  /// Puts a runner on another passage; the split locks of the one before are counted first.
  mutating func begin(_ passage: Passage, _ runner: Int) {
    guard runners[runner].passage != passage else { return }
    settle(runner)
    if let pace = runners[runner].busPace { bus.leave(pace, at: now) }
    runners[runner].passage = passage
    runners[runner].meetsSpurious = meetsSpurious(runners[runner].cpu)
    runners[runner].busPace = locksBus(passage) ? bus.join(pace(passage, runners[runner]), at: now) : nil
    runners[runner].since = clock(of: runners[runner])
    if passage.stopsAtEach { plan(runner) }
  }

  /// Plans the next operation of a runner on a passage that stops at each.
  mutating func plan(_ runner: Int) {
    runners[runner].generation &+= 1
    let left = max(0, pace(runners[runner].passage, runners[runner]) - runners[runner].progress)
    let wait = runners[runner].busPace == nil ? 0 : bus.wait
    queue.push(
      .operation(runner: runner, generation: runners[runner].generation), at: now + left + wait)
  }

  /// The next split lock of a runner is trapped; it comes again, behind the time that the trap takes, unless the policy ends the runner.
  mutating func trap(_ runner: Int) {
    settle(runner)
    runners[runner].progress =
      pace(runners[runner].passage, runners[runner]) - costs.alignmentCheck.ns
    // Linux goes back to the operation, whose phase is not over before it.
    delayPhase(runner, by: costs.alignmentCheck.ns)
    firstTried = min(firstTried, now)
    tally.alignmentChecks += 1
    tally.spurious += runners[runner].meetsSpurious ? 1 : 0
    tally.unsure += costs.alignmentCheck.span
    if !runners[runner].isKnown { detect() }
    runners[runner].isKnown = true
  }

  /// Counts one split lock that locked the bus, behind which the runner goes on its way.
  mutating func perform(_ runner: Int) {
    settle(runner)
    runners[runner].progress = 0
    firstTried = min(firstTried, now)
    tally.performed += 1
    if case .asked(let question) = runners[runner].passage { tally.unsure += cost(of: question).span }
    detect()
  }

  private mutating func detect() {
    tally.detected += 1
    firstDetected = min(firstDetected, now)
  }

  /// Counts what is not over at the end.
  mutating func finish() {
    for runner in runners.indices {
      settle(runner)
      if runners[runner].isOn { goesOff(runner) }
      if runners[runner].period != nil { tally.worked += runners[runner].worked }
    }
    if firstDetected < .max { tally.firstDetection = firstDetected - firstTried }
    tally.guestCounters = guests.map(\.counter)
    let expected = Set(queue.cpusWithWork.map(core))
    tally.coresOff = bits.indices.count { !bits[$0] && !expected.contains($0) }
  }

  /// Counts what a runner did since it was last settled.
  mutating func settle(_ index: Int) {
    let runner = runners[index]
    guard runner.passage != .idle else { return }
    let time = clock(of: runner)
    let pace = pace(runner.passage, runner)
    runners[index].since = time
    var progress = runner.progress + time - runner.since
    guard !runner.passage.stopsAtEach else {
      runners[index].progress = min(progress, pace)
      return
    }
    let count = progress <= 0 ? 0 : progress / pace
    progress -= count * pace
    runners[index].progress = progress
    guard count > 0 else { return }
    // Of the time since then so much was left to the first.
    let first = max(0, now - (time - runner.since) + max(0, pace - runner.progress))
    runners[index].isKnown = false
    account(count, of: runner, from: min(now, first))
  }

  private mutating func account(_ count: Int, of runner: Runner, from first: Int) {
    firstTried = min(firstTried, first)
    if locksBus(runner.passage) { tally.performed += count }
    guard case .each(let toll) = runner.passage else { return }
    tally.detected += count - (runner.isKnown ? 1 : 0)
    firstDetected = min(firstDetected, first)
    switch toll {
    case .busLockTrap:
      tally.busLockTraps += count
      tally.unsure += count * costs.busLockTrap.span
      tally.logLines += busLockLog.lines(of: count, from: first, to: now)
    case .emulation:
      tally.alignmentChecks += count
      tally.spurious += runner.meetsSpurious ? count : 0
      tally.emulated += count
      tally.unsure += count * costs.vmExit.span
      guests[runner.guest!].counter += count
      tally.traceEvents += count
    }
  }

  /// Time as a runner feels it.
  private func clock(of runner: Runner) -> Int {
    guard let pace = runner.busPace, !runner.passage.stopsAtEach else { return now }
    return bus.clock(pace, at: now)
  }

  private func locksBus(_ passage: Passage) -> Bool {
    switch passage {
    case .free, .each(.busLockTrap), .asked: true
    case .idle, .trap, .each(.emulation): false
    }
  }

  /// Time from one split lock to the next where the bus is free, in ns: what the runner does in between, what the split lock takes, and what it meets.
  private func pace(_ passage: Passage, _ runner: Runner) -> Int {
    let alone = max(runner.period ?? 0, costs.splitLock.ns)
    return switch passage {
    case .idle, .free, .trap: alone
    case .each(.busLockTrap): alone + costs.busLockTrap.ns
    case .asked(let question): alone + cost(of: question).ns
    case .each(.emulation): alone - costs.splitLock.ns + costs.vmExit.ns
    }
  }

  private func cost(of question: Passage.Question) -> Costs.Cost {
    switch question {
    case .trap: costs.busLockTrap
    case .exit: costs.vmExit
    }
  }
}

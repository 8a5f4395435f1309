/// Runners come and go, move, and virtual CPUs go in and out of their guests.
extension Simulation {
  mutating func changePhase(_ runner: Int) {
    guard let phases = host.runners[runner].phases, host.runners[runner].isPresent else { return }
    let wasOn = host.runners[runner].isOn
    if wasOn { switchOut(runner) } else { switchIn(runner) }
    let length = varied((wasOn ? phases.offMs : phases.onMs) * Self.millisecond, runner)
    host.queue.push(.phase(runner: runner), at: host.now + length)
  }

  mutating func migrate(_ runner: Int) {
    guard host.runners[runner].isPresent, !host.runners[runner].isDead else { return }
    let online = host.onlineCpus
    host.runners[runner].home = online[host.runners[runner].random.below(online.count)]
    move(runner, to: host.runners[runner].home)
    let interval = varied(Self.second / host.runners[runner].migrationsHz, runner)
    host.queue.push(.migration(runner: runner), at: host.now + interval)
  }

  mutating func move(_ runner: Int, to cpu: Int) {
    let wasOn = host.runners[runner].isOn
    if wasOn { switchOut(runner) }
    host.place(runner, on: cpu)
    if wasOn { switchIn(runner) }
  }

  mutating func switchIn(_ runner: Int) {
    host.goesOn(runner)
    guard !host.runners[runner].isDead else { return }
    policy.switchedIn(runner, &host)
    if host.runners[runner].kind == .guest, policy.followsEntries { enter(runner) }
  }

  mutating func switchOut(_ runner: Int) {
    guard host.runners[runner].isOn else { return }
    host.goesOff(runner)
    guard !host.runners[runner].isDead else { return }
    if host.runners[runner].kind == .guest, policy.followsEntries { leave(runner) }
    policy.switchedOut(runner, &host)
  }

  // MARK: Virtual CPUs in and out of their guests

  private mutating func enter(_ runner: Int) {
    host.runners[runner].isOutside = false
    host.changed(runner)
    policy.entered(runner, &host)
    let inside = Self.second / host.runners[runner].exitsHz
    host.runners[runner].nextCrossing = host.now + inside
    host.queue.push(.crossing(runner: runner), at: host.now + inside)
  }

  /// The exit, or the way back, that was planned last.
  mutating func cross(_ runner: Int) {
    guard host.runners[runner].isOn, !host.runners[runner].isDead,
      host.runners[runner].nextCrossing == host.now
    else { return }
    if host.runners[runner].isOutside { return enter(runner) }
    leave(runner)
    let outside = host.costs.vmExit.ns + 2 * host.costs.msrWrite.ns
    host.tally.unsure += host.costs.vmExit.span + 2 * host.costs.msrWrite.span
    host.runners[runner].nextCrossing = host.now + outside
    host.queue.push(.crossing(runner: runner), at: host.now + outside)
  }

  private mutating func leave(_ runner: Int) {
    host.runners[runner].isOutside = true
    host.changed(runner)
    policy.left(runner, &host)
  }

  /// A length of time around a mean: between half of it and one and a half times.
  mutating func varied(_ mean: Int, _ runner: Int) -> Int {
    mean / 2 + host.runners[runner].random.below(mean + 1)
  }
}

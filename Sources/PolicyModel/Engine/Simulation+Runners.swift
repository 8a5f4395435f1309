/// Runners come and go, move, and virtual CPUs go in and out of their guests.
extension Simulation {
  mutating func changePhase(_ runner: Int) {
    // Put off since it was planned, or while it waits: then by `resume`.
    guard let phase = host.runners[runner].phase, phase.end == host.now, host.runners[runner].isPresent,
      host.runners[runner].wait == .none
    else { return }
    if phase.isOn { switchOut(runner) } else { switchIn(runner) }
    host.turnPhase(runner)
  }

  mutating func migrate(_ runner: Int) {
    guard host.runners[runner].isPresent, !host.runners[runner].isDead else { return }
    let online = host.onlineCpus
    host.runners[runner].home = online[host.runners[runner].random.below(online.count)]
    move(runner, to: host.runners[runner].home)
    planMigration(runner)
  }

  mutating func planMigration(_ runner: Int) {
    let hz = host.runners[runner].migrationsHz
    guard hz > 0 else { return }
    let interval = host.runners[runner].random.around(Self.second / hz)
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
}

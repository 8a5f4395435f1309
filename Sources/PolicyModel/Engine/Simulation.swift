/// One replicate: a scenario under a policy, from event to event.
struct Simulation<Policy: ModelledPolicy> {
  private let scenario: Scenario
  private let seed: UInt64
  private let replicate: Int
  private let end: Int
  var policy: Policy
  var host: ModelHost

  static var millisecond: Int { 1_000_000 }
  static var second: Int { 1_000_000_000 }

  init(_ scenario: Scenario, _ policy: Policy, _ costs: Costs, seed: UInt64, replicate: Int) {
    self.scenario = scenario
    self.policy = policy
    self.seed = seed
    self.replicate = replicate
    end = scenario.seconds * Self.second
    host = ModelHost(shape: scenario.host, costs: costs.changed(by: scenario.costs))
  }

  mutating func run() -> Tally {
    policy.boot(&host)
    // What boot costs is no behaviour.
    host.tally = Tally()
    populate()
    for (index, event) in scenario.events.enumerated() {
      host.queue.push(.event(index: index), at: event.atMs * Self.millisecond)
    }
    while let event = host.queue.pop(before: end) {
      host.advance(to: event.time)
      handle(event.what)
      reassess()
    }
    host.advance(to: end)
    // Not as if everybody left then: policies do something at that.
    host.finish()
    if !policy.armsCores || !scenario.host.detects.contains(.splitLock) { host.tally.coresOff = 0 }
    return host.tally
  }

  // MARK: Who is there

  private mutating func populate() {
    var random = Random(seed: seed, replicate: replicate, runner: 0)
    for actor in scenario.actors {
      let comes = random.below(Fixed.million) < actor.chance
      for instance in 0..<actor.count {
        var guest: Int?
        if actor.kind == .guest {
          guest = host.guests.count
          host.guests.append(ModelHost.Guest(detection: actor.detection))
        }
        for number in 0..<(actor.kind == .guest ? actor.vcpus : 1) {
          add(actor, guest, number: instance * actor.vcpus + number, comes: comes)
        }
      }
    }
  }

  private mutating func add(_ actor: Scenario.Actor, _ guest: Int?, number: Int, comes: Bool) {
    let index = host.runners.count
    // Streams of its own, of its place and its moves, and of its phases: under every policy the same happens to it.
    var random = Random(seed: seed, replicate: replicate, runner: index + 1)
    let anywhere = random.below(host.shape.cpus)
    let cpu = actor.cpus.map { $0[number % $0.count] } ?? anywhere
    let period = actor.rateHz.map { $0 == 0 ? nil : Self.second / $0 } ?? host.costs.splitLock.ns
    let progress = random.below(period ?? 1)
    let from = actor.fromMs * Self.millisecond
    let phases = Random(seed: seed, replicate: replicate, runner: 1 << 15 | index + 1)
    let phase = actor.phases.map { PhaseClock($0, phases, at: from) }
    var runner = Runner(
      kind: actor.kind, guest: guest, period: period, migrationsHz: actor.migrationsHz,
      exitsHz: actor.exitsHz, random: random, phase: phase, cpu: cpu, home: cpu)
    runner.progress = progress
    host.runners.append(runner)
    if let guest { host.guests[guest].runners.append(index) }
    host.place(index, on: cpu)
    guard comes, from < end else { return }
    host.queue.push(.arrival(runner: index), at: from)
    let to = actor.toMs.map { $0 * Self.millisecond } ?? end
    if to < end { host.queue.push(.departure(runner: index), at: to) }
    if let period {
      host.tally.offenders += 1
      let last = min(to, end)
      let work = phase?.work(until: last) ?? last - from
      host.tally.demanded += work / max(period, host.costs.splitLock.ns)
    }
  }

  private mutating func arrive(_ runner: Int) {
    host.runners[runner].isPresent = true
    let cpu = host.runners[runner].cpu
    if !host.isOnline[cpu] { host.place(runner, on: host.nextOnline(to: cpu)) }
    if let guest = host.runners[runner].guest {
      host.guests[guest].isOffered = policy.offersDetection(host)
    }
    let phase = host.runners[runner].phase
    if phase?.isOn ?? true { switchIn(runner) }
    if let phase { host.queue.push(.phase(runner: runner), at: phase.end) }
    planMigration(runner)
  }

  private mutating func depart(_ runner: Int) {
    switchOut(runner)
    host.runners[runner].isPresent = false
    host.changed(runner)
  }

  // MARK: Events

  private mutating func handle(_ what: EventQueue.What) {
    switch what {
    case .operation(let runner, let generation):
      guard host.runners[runner].generation == generation else { return }
      operate(runner)
    case .wake(let runner):
      guard host.runners[runner].wait == .asleep else { return }
      if host.runners[runner].isGone { host.resume(runner) } else { policy.woke(runner, &host) }
    case .work(let cpu):
      let running = host.isOnline[cpu] ? cpu : host.nextOnline(to: cpu)
      policy.work(for: cpu, on: running, &host)
    case .arrival(let runner): arrive(runner)
    case .departure(let runner): depart(runner)
    case .phase(let runner): changePhase(runner)
    case .migration(let runner): migrate(runner)
    case .crossing(let runner): cross(runner)
    case .event(let index): happen(scenario.events[index].what)
    }
  }

  private mutating func operate(_ runner: Int) {
    switch host.runners[runner].passage {
    case .trap:
      host.trap(runner)
      policy.alignmentCheck(runner, &host)
      reassess()
      if host.runners[runner].passage == .trap { host.plan(runner) }
    case .asked:
      host.perform(runner)
      policy.busLock(runner, &host)
      host.plan(runner)
    case .idle, .free, .each: break
    }
  }

  private mutating func reassess() {
    for index in host.unsettled.indices {
      let runner = host.unsettled[index]
      let takesSome = host.runners[runner].isRunning && host.runners[runner].period != nil
      host.begin(takesSome ? policy.passage(of: runner, host) : .idle, runner)
    }
    host.forgetUnsettled()
  }

  private mutating func happen(_ what: Scenario.Event.What) {
    switch what {
    case .detection(let value): policy.knob(value, &host)
    case .offline(let cpu): goOffline(cpu)
    case .online(let cpu): comeOnline(cpu)
    case .suspend:
      suspend()
    }
    host.reassessAll()
  }

  private mutating func goOffline(_ cpu: Int) {
    guard host.isOnline[cpu], host.onlineCpus.count > 1 else { return }
    for runner in host.runners.indices where host.runners[runner].cpu == cpu && host.runners[runner].isPresent
    {
      move(runner, to: host.nextOnline(to: cpu))
    }
    setOffline(cpu)
  }

  private mutating func comeOnline(_ cpu: Int) {
    guard !host.isOnline[cpu] else { return }
    setOnline(cpu)
    // Linux balances its load: who was there comes back.
    for runner in host.runners.indices
    where host.runners[runner].home == cpu && host.runners[runner].isPresent {
      move(runner, to: cpu)
    }
  }

  /// Tasks are frozen, and all CPUs but the boot CPU go offline and come back (kernel/power/suspend.c).
  private mutating func suspend() {
    let frozen = host.runners.indices.filter { host.runners[$0].isOn }
    for runner in frozen { switchOut(runner) }
    let cpus = host.onlineCpus
    for cpu in cpus.dropFirst() { setOffline(cpu) }
    policy.bootCpuResumed(cpus[0], &host)
    for cpu in cpus.dropFirst() { setOnline(cpu) }
    for runner in frozen { switchIn(runner) }
  }

  private mutating func setOffline(_ cpu: Int) {
    policy.goesOffline(cpu, &host)
    host.setOnline(false, cpu: cpu)
  }

  private mutating func setOnline(_ cpu: Int) {
    host.setOnline(true, cpu: cpu)
    policy.cameOnline(cpu, &host)
  }
}

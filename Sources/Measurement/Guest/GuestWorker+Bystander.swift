import CAtomics
import CHost
import Guest
import LockKernels
import Machine

/// What a host's program on another CPU feels of a guest's split locks: free, counted by exits, and held back by a throttle.
extension GuestWorker {
  /// Length of the victim's slice, and how much longer the guest works, in seconds.
  private static let (slice, more) = (0.004, 1.5)
  private static let throttle = UserThrottle(perSecond: 1000, sliceSeconds: 0.1)
  /// The victim's slice beside it, in seconds: two of the throttle's.
  private static let throttledSlice = 0.2
  /// The least share of its call that a guest must have been on its CPU. What its split locks cost meanwhile decides nothing.
  static let leastPresent = 0.7
  /// Locked time of one treated slice, in seconds: below the longest burst.
  static var lockedSeconds: Double { slice * more }

  private enum Condition: String, CaseIterable {
    case free = "exits-off"
    case counted = "exits-on"
    case throttled = "throttled-1000"
  }

  func disturb() throws {
    guard let victimCpu = try Topology.ofThisMachine().cpu(task.others[0]) else { return }
    let memory = try VictimMemory.near(victimCpu, seed: task.seed)
    let plain = try GuestMachine(kvm).cpus[0]
    let exiting = try exitingGuest()?.cpus[0]
    let hasRun: Void? = try BusErrorGuard.installed {
      try withAssistants(on: [task.cpu]) { assistants in
        let victim = SettingsBystander.victim
        VictimRunner.warm(victim, memory: memory)
        let runner = try VictimRunner(
          victim, memory: memory, operand: memory.operand(for: victim, count: 1)!,
          ticksPerSecond: clock.ticks(seconds: 1), gapSeconds: 1e-3)
        let costOfAligned = try alignedCost(plain, assistants[0])
        var hasFound = false
        for round in 0..<task.rounds {
          for condition in Condition.allCases {
            guard let cpu = condition == .free ? plain : exiting else { continue }
            // One at least, however long the memory took.
            guard GuestWorker.lockedSeconds <= budget.left, round == 0 || hasTime else { continue }
            if try visit(condition, cpu, assistants[0], runner, costOfAligned) { hasFound = true }
          }
        }
        guard !hasFound else { return }
        let isPoor = GuestWorker.lockedSeconds > task.budget
        try skip(
          "guest's bystander",
          isPoor ? ExperimentEnd.outOfBudget : "the guest did not work all the time beside it")
      }
    }
    if hasRun == nil { try skip("guest's bystander", "Linux refused a thread on CPU \(task.cpu)") }
  }

  /// Seconds of an aligned operation, its call included.
  private func alignedCost(_ cpu: GuestCpu, _ assistant: Assistant) throws -> Double {
    let run = GuestRun(cpu, GuestWorker.call(.aligned, count: 20_000, seconds: 1))
    try assistant.begin { run.go() }
    try assistant.finish()
    guard let ticks = try run.report()?.ticks else { return 1e-9 }
    return clock.seconds(Double(ticks)) / 20_000
  }

  private static func call(_ operand: GuestCall.Operand, count: Int, seconds: Double) -> GuestCall {
    var call = GuestCall(.locked, cpl: 3)
    (call.operand, call.count, call.milliseconds) = (operand, count, UInt32(seconds * 1000))
    return call
  }

  /// A guest that is held back makes a slice's operations at its beginning, and waits for its end: two slices' more, since the victim's begins
  /// within one.
  static func operations(outlasting seconds: Double, _ throttle: UserThrottle) -> Int {
    let slices = (seconds * 1e9 / Double(throttle.slice)).rounded(.up)
    return throttle.quota * (Int(slices) + 2)
  }

  /// Control, treated, control; false if the guest did not work all the time.
  private func visit(
    _ condition: Condition, _ cpu: GuestCpu, _ assistant: Assistant, _ runner: VictimRunner,
    _ costOfAligned: Double
  ) throws -> Bool {
    let length = condition == .throttled ? GuestWorker.throttledSlice : GuestWorker.slice
    var ticks: [Double] = []
    var treated: GuestReport?
    for operand in [GuestCall.Operand.aligned, .lineSplit, .aligned] {
      let isTreated = operand == .lineSplit
      let throttle = isTreated && condition == .throttled ? GuestWorker.throttle : nil
      let count =
        throttle.map { GuestWorker.operations(outlasting: length, $0) }
        ?? Int(GuestWorker.more * length / (isTreated ? task.cost : costOfAligned))
      cpu.throttle = throttle
      if isTreated { rest() }
      let run = GuestRun(cpu, GuestWorker.call(operand, count: count, seconds: 2))
      let before = cpu.value(operand)
      try assistant.begin { run.go() }
      // The guest's memory is ours: its counter tells that it works, before and behind the slice.
      let hasBegun = waitUntil { cpu.value(operand) != before }
      let slice = try runner.run(ticks: UInt64(clock.ticks(seconds: length)))
      let works = cpu.value(operand) &- before < UInt64(count)
      try assistant.finish()
      let report = try run.report()
      if isTreated { try book(Int(report?.counted ?? UInt64(count))) }
      guard hasBegun, works, let report, report.isDone, report.ticks != nil, slice.operations > 0 else {
        return false
      }
      // One that something else kept off its CPU was no offender all the time.
      if isTreated, condition == .free, !GuestWorker.hasOffended(report.trip) { return false }
      if isTreated { treated = report }
      ticks.append(slice.ticksPerOperation)
    }
    try tell(
      GuestFinding(
        GuestCell(
          .bystander, "slow-down", .ratio, condition: condition.rawValue, place: .host, cpl: 3,
          cpu: task.others[0]),
        2 * ticks[1] / (ticks[0] + ticks[2]), found: SettingsBystander.victim.rawValue))
    try tellRate(condition, treated!)
    return true
  }

  static func hasOffended(_ trip: GuestTrip) -> Bool { trip.share >= leastPresent }

  private func tellRate(_ condition: Condition, _ report: GuestReport) throws {
    try tell(
      GuestFinding(
        GuestCell(.throttle, "bus-locks", .hertz, condition: condition.rawValue, cpl: 3, cpu: task.cpu),
        Double(report.counted) / clock.seconds(Double(report.ticks!)), operations: Int(report.counted)))
  }
}

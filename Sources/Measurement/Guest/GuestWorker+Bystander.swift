import CAtomics
import CHost
import Guest
import LockKernels
import Machine

/// What a host's program on another CPU feels of a guest's split locks: free, counted by exits, and held back by a throttle.
extension GuestWorker {
  /// Length of the victim's slice, and how much longer the guest works, in seconds.
  private static let (slice, more) = (0.004, 1.5)
  /// The throttle's limit, its slice and the victim's, in seconds: at least two of its slices.
  private static let (limit, throttleSlice, throttledSlice) = (1000, 0.1, 0.2)
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
    let run = GuestRun(cpu)
    try assistant.begin { run.go(.aligned, count: 20_000, seconds: 1) }
    try assistant.finish()
    guard let ticks = try run.report()?.ticks else { return 1e-9 }
    return clock.seconds(Double(ticks)) / 20_000
  }

  /// Control, treated, control; false if the guest did not work all the time.
  private func visit(
    _ condition: Condition, _ cpu: GuestCpu, _ assistant: Assistant, _ runner: VictimRunner,
    _ costOfAligned: Double
  ) throws -> Bool {
    let length = condition == .throttled ? GuestWorker.throttledSlice : GuestWorker.slice
    var ticks: [Double] = []
    for operand in [GuestCall.Operand.aligned, .lineSplit, .aligned] {
      let isTreated = operand == .lineSplit
      let count: Double =
        if !isTreated {
          GuestWorker.more * length / costOfAligned
        } else if condition == .throttled {
          GuestWorker.more * length * Double(GuestWorker.limit)
        } else {
          GuestWorker.more * length / task.cost
        }
      cpu.throttle =
        isTreated && condition == .throttled
        ? UserThrottle(perSecond: GuestWorker.limit, sliceSeconds: GuestWorker.throttleSlice) : nil
      if isTreated { rest() }
      let run = GuestRun(cpu)
      let before = cpu.value(operand)
      try assistant.begin { run.go(operand, count: Int(count), seconds: 2) }
      // The guest's memory is ours: its counter tells that it works, before and behind the slice.
      let hasBegun = waitUntil { cpu.value(operand) != before }
      let slice = try runner.run(ticks: UInt64(clock.ticks(seconds: length)))
      let works = cpu.value(operand) &- before < UInt64(count)
      try assistant.finish()
      let report = try run.report()
      if isTreated {
        try book(Int(report?.counted ?? UInt64(count)))
        if let report { try tellRate(condition, report) }
      }
      guard hasBegun, works, report?.isDone == true, slice.operations > 0 else { return false }
      ticks.append(slice.ticksPerOperation)
    }
    try tell(
      GuestFinding(
        GuestCell(
          .bystander, "slow-down", .ratio, condition: condition.rawValue, place: .host, cpu: task.others[0]),
        2 * ticks[1] / (ticks[0] + ticks[2])))
    return true
  }

  private func tellRate(_ condition: Condition, _ report: GuestReport) throws {
    guard report.isDone, report.trip.nanoseconds > 0 else { return }
    try tell(
      GuestFinding(
        GuestCell(.throttle, "bus-locks", .hertz, condition: condition.rawValue, cpl: 3, cpu: task.cpu),
        Double(report.counted) / (Double(report.trip.nanoseconds) / 1e9), operations: Int(report.counted)))
  }

  /// A call of the guest's on another thread.
  private final class GuestRun: @unchecked Sendable {
    private let cpu: GuestCpu
    /// That thread's until it has finished.
    private var outcome: Result<GuestReport, KvmFailure>?

    init(_ cpu: GuestCpu) { self.cpu = cpu }

    func go(_ operand: GuestCall.Operand, count: Int, seconds: Double) {
      var call = GuestCall(.locked, cpl: 3)
      (call.operand, call.count, call.milliseconds) = (operand, count, UInt32(seconds * 1000))
      outcome = Result { () throws(KvmFailure) in try cpu.run(call) }
    }

    /// Nil before it has run.
    func report() throws -> GuestReport? { try outcome?.get() }
  }
}

import CAtomics
import CHost
import LockKernels
import Machine

/// A steady loop of split locks on one or more CPUs, which shows the rhythm of Linux's delays.
struct DutyCycleProbe {
  var machine: MachineReport
  var clock: TscClock

  /// The loop ends after so many delays, operations, or seconds, or a burst of locked time.
  private static let delays = 12
  private static let operations = 4000
  private static let seconds = 3.0

  /// Runs the loop on all `cpus` at once, each on a new task.
  ///
  /// - Returns: the rhythm, and what it took of the bus, a burst a CPU at most. There is none if a thread could not be started,
  ///   or a signal was met.
  func run(on cpus: [Int]) throws -> (rhythm: DutyCycle?, locked: LockedTime) {
    let loops = try cpus.map { cpu in
      Loop(
        memory: try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: machine.processor.lineBytes),
        clock: clock,
        pause: max(50e-6, machine.linux.timerHz.map { 0.02 / Double($0) } ?? 0))
    }
    let haveRun = start(loops[...], cpus[...])
    let locked = loops.reduce(LockedTime()) { $0 + $1.locked }
    guard haveRun, loops.allSatisfy({ !$0.wasSignalled }) else { return (nil, locked) }
    return (
      DutyCycle(
        cpus: cpus, tasks: loops.map(\.found),
        predicted: DutyCycle.predicted(machine.policy, timerHz: machine.linux.timerHz, offenders: cpus.count)),
      locked
    )
  }

  /// Starts one thread, has it start the rest of them, and joins.
  private func start(_ loops: ArraySlice<Loop>, _ cpus: ArraySlice<Int>) -> Bool {
    guard let loop = loops.first, let cpu = cpus.first else { return true }
    let rest = { start(loops.dropFirst(), cpus.dropFirst()) }
    return CompanionThread.running(on: cpu, { loop.run() }, stop: {}, rest) ?? false
  }

  private final class Loop: @unchecked Sendable {
    private let memory: OperandMemory
    private let clock: TscClock
    private let pause: Double
    private(set) var found: [DutyCycle.Operation] = []
    private(set) var locked = LockedTime()
    private(set) var wasSignalled = false

    init(memory: OperandMemory, clock: TscClock, pause: Double) {
      (self.memory, self.clock, self.pause) = (memory, clock, pause)
    }

    func run() {
      guard let probe = SplitLockProbe(memory, clock: clock) else {
        wasSignalled = true
        return
      }
      defer {
        if probe.wasStopped { wasSignalled = true }
        probe.close()
      }
      defer { withExtendedLifetime(memory) {} }
      let limit = clock.elapsed() + DutyCycleProbe.seconds
      var delays = 0
      while found.count < DutyCycleProbe.operations, delays <= DutyCycleProbe.delays, clock.elapsed() < limit,
        locked.seconds < Plan.longestBurst, chost_interrupt_received() == 0
      {
        let operation = probe.issue()
        locked.add(operation, clock)
        let end = clock.seconds(Double(operation.end))
        if operation.met == .delay { delays += 1 }
        found.append(
          DutyCycle.Operation(
            start: clock.seconds(Double(operation.start)), end: end, isDelayed: operation.met == .delay))
        if operation.met == .signal {
          wasSignalled = true
          return
        }
        let next = clock.elapsed() + pause
        while clock.elapsed() < next { catomics_pause() }
      }
    }
  }
}

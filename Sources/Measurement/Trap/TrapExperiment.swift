import CAtomics
import CHost
import Glibc
import LockKernels
import Machine

/// The experiment `trap`: what happens to a program that split-locks, on which CPU, and is every operation accounted for?
public final class TrapExperiment: CoursedExperiment {
  public let plan: TrapPlan
  public private(set) var records: [TrapRecord]
  public private(set) var course: ExperimentCourse
  public let clock: TscClock
  let machine: MachineReport
  private let start: Double

  public init(plan: TrapPlan, machine: MachineReport, clock: TscClock) {
    self.plan = plan
    self.machine = machine
    self.clock = clock
    start = clock.elapsed()
    course = ExperimentCourse(budget: plan.budget)
    records = plan.cells.map(TrapRecord.init)
  }

  /// Wall time that one cell may take where every operation is delayed, in seconds.
  private static let cellLimit = 0.3
  private static let childTimeout: UInt32 = 2000

  /// Tries every cell until the time or the budget is spent, or the user interrupts.
  public func run(progress: (Progress) -> Void) throws {
    for index in records.indices {
      course.heedInterrupt()
      guard end == .finished else { return }
      let done = Double(index) / Double(records.count)
      progress(
        Progress(
          phase: "trap", done: done,
          secondsLeft: done > 0.05 ? (clock.elapsed() - start) / done * (1 - done) : plan.wallLimit))
      guard clock.elapsed() - start < plan.wallLimit else {
        course.end = .wallLimit
        return
      }
      let cell = records[index].cell
      try CpuPin.pinned(to: cell.cpu) {
        switch cell.context {
        case .inProcess: try tryInProcess(index)
        case .child: try tryInChild(index)
        }
      }
    }
    course.noteUnmeasured(records.count { $0.issued == 0 }, of: records.count, .trap)
  }

  private func operand(_ cell: TrapCell) throws -> (memory: OperandMemory, address: UnsafeMutableRawPointer) {
    let memory = try OperandMemory(pageCount: 4, cpu: cell.cpu, lineBytes: machine.processor.lineBytes)
    return (memory, memory.address(cell.placement, widthBytes: cell.widthBytes, spot: 0))
  }

  private func tryInProcess(_ index: Int) throws {
    let cell = records[index].cell
    guard let site = TrapSite.find(widthBytes: cell.widthBytes, isLocked: cell.isLocked) else { return }
    let (memory, address) = try operand(cell)
    defer { withExtendedLifetime(memory) {} }
    let trials = plan.trials(cell)
    if cell.takesBusLock {
      guard Double(trials) * DoseResponse.assumedSeconds <= budget.left else { return }
      sleep(seconds: budget.rest(at: clock.elapsed()))
    }
    // The handler writes to both behind the compiler's back: they have addresses of their own.
    let room = UnsafeMutablePointer<chost_trap>.allocate(capacity: 1)
    room.initialize(to: chost_trap())
    defer { room.deallocate() }
    let window = UnsafeMutablePointer<chost_window>.allocate(capacity: 1)
    window.initialize(to: chost_window(start: site.start, end: site.end, traps: room, capacity: 1, count: 0))
    defer { window.deallocate() }
    guard chost_window_open(window) == 0 else { throw WindowFailure() }
    defer { chost_window_close() }
    let flags = cell.trigger == .eflagsAC ? TrapSite.alignmentCheck : 0
    let limit = clock.elapsed() + TrapExperiment.cellLimit
    for trial in 0..<trials {
      // Where Linux delays every operation, a few tell.
      if trial % 16 == 15 || records[index].delayedCount > 0, clock.elapsed() > limit { break }
      attempt(site, address, flags, window, index)
      guard end == .finished else { break }
    }
    if cell.takesBusLock {
      let native = Order.median(records[index].roundTrips.map { clock.seconds(Double($0)) }) ?? 0
      course.budget.book(
        operations: records[index].performed, cost: min(native, DoseRamp.delay), at: clock.elapsed())
    }
  }

  /// One operation, and what became of it.
  private func attempt(
    _ site: TrapSite, _ address: UnsafeMutableRawPointer, _ flags: UInt64,
    _ window: UnsafeMutablePointer<chost_window>, _ index: Int
  ) {
    func value() -> UInt64 { address.loadUnaligned(as: UInt64.self) }
    let before = value()
    let switches = SwitchCount.now()
    var times: (before: UInt64, after: UInt64) = (0, 0)
    window.pointee.count = 0
    withUnsafeMutableBytes(of: &times) { site.run(address, flags, $0.baseAddress!) }
    let ticks = times.after &- times.before
    records[index].issued += 1
    if value() != before { records[index].performed += 1 }
    let now = SwitchCount.now()
    let isLong = Double(ticks) > DoseRamp.delay * clock.ticks(seconds: 1)
    // A thread that was only preempted lost its time to others.
    if isLong, now.hasSlept(since: switches) || !now.wasPreempted(since: switches) {
      records[index].delayedCount += 1
      let seconds = clock.seconds(Double(ticks))
      if seconds > Plan.unexplainedDelay, records[index].cell.takesBusLock, !machine.policy.mayDelay {
        course.stop(seconds)
      }
    }
    records[index].longestTicks = max(records[index].longestTicks, ticks)
    records[index].roundTrips.append(ticks)
    guard window.pointee.count > 0 else { return }
    let trap = window.pointee.traps[0]
    let signs = TrapSigns(trap, alignmentCheck: TrapSite.alignmentCheck)
    records[index].trapped += window.pointee.count
    records[index].signal = SIGBUS
    if records[index].first == nil { records[index].first = signs }
    if records[index].first != signs { records[index].differing += 1 }
    records[index].entries.append(trap.entry_tick &- times.before)
    records[index].resumes.append(times.after &- trap.exit_tick)
  }

  private func tryInChild(_ index: Int) throws {
    let cell = records[index].cell
    guard let site = TrapSite.find(widthBytes: cell.widthBytes, isLocked: cell.isLocked) else { return }
    let dearest = Double(plan.trials(cell)) * DoseResponse.assumedSeconds
    guard !cell.takesBusLock || dearest <= budget.left else { return }
    let (memory, address) = try operand(cell)
    defer { withExtendedLifetime(memory) {} }
    let work = UnsafeMutablePointer<ChildWork>.allocate(capacity: 1)
    work.initialize(
      to: ChildWork(
        run: site.run, operand: address,
        flags: cell.trigger == .eflagsAC ? TrapSite.alignmentCheck : 0))
    defer { work.deallocate() }
    for _ in 0..<plan.trials(cell) {
      let result = chost_run_in_child(
        { context in
          let work = context!.assumingMemoryBound(to: ChildWork.self)
          work.pointee.run(
            work.pointee.operand, work.pointee.flags, context! + MemoryLayout<ChildWork>.offset(of: \.times)!)
        }, work, TrapExperiment.childTimeout)
      guard result.error == 0 else {
        course.skip("trap in a child on CPU \(cell.cpu)", "fork: error \(result.error)")
        return
      }
      records[index].issued += 1
      if result.timed_out { records[index].timedOut += 1 }
      guard result.signal != 0 else { continue }
      records[index].killed += 1
      records[index].signal = result.signal
    }
    if cell.takesBusLock {
      course.budget.book(
        operations: records[index].issued, cost: DoseResponse.assumedSeconds, at: clock.elapsed())
    }
  }

  private struct ChildWork {
    var run: @convention(c) (UnsafeMutableRawPointer, UInt64, UnsafeMutableRawPointer) -> Void
    var operand: UnsafeMutableRawPointer
    var flags: UInt64
    var times: (UInt64, UInt64) = (0, 0)
  }
}

/// The signal handler could not be put in place.
struct WindowFailure: Error, CustomStringConvertible {
  var description: String { "cannot open a signal window: sigaltstack, mmap or sigaction failed" }
}

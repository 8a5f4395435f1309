import CAtomics
import DetectionControl
import Machine

/// When a CPU's behaviour has changed: one CPU split-locks, its bit clear, and the bit is set.
extension ToggleExperiment {
  /// Why it cannot be seen here; nil where it can.
  func behaviourObstacle() throws -> String? {
    if let obstacle = TogglePlan.behaviourObstacle(machine.policy) { return obstacle }
    guard TogglePlan.mustTry(machine.policy), let cpu = switches.writable.first?.cpu else { return nil }
    guard DoseResponse.assumedSeconds <= budget.left else { return ExperimentEnd.outOfBudget }
    defer { reset("toggle") }
    _ = control.set([DetectionBit(.splitLock, cpu: cpu)], to: true)
    course.budget.book(operations: 1, cost: DoseResponse.assumedSeconds, at: clock.elapsed())
    return TogglePlan.behaviourObstacle(try SplitLockAnswer.tried(on: cpu, machine, clock), on: cpu)
  }

  func watch(_ cell: ToggleCell) throws {
    guard Plan.longestBurst <= budget.left else {
      return course.skip(cell.inWords, ExperimentEnd.outOfBudget)
    }
    sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
    let bits = control.before.bits.map(\.bit).filter { $0.kind == .splitLock }
    // Behind the trial Linux's own writes are waited for, and undone where it booted without detection.
    defer { reset(cell.inWords) }
    _ = control.set(bits, to: false)
    let trial = try BehaviourTrial(cpu: cell.cpu!, machine: machine, clock: clock)
    defer { course.budget.book(trial.record.locked, at: clock.elapsed()) }
    let writing = Writing()
    let hasRun = try run(trial, cell, writing)
    if let failure = writing.failure { throw failure }
    guard hasRun, let written = writing.ticks else {
      return course.skip(
        cell.inWords, "split locks did not pass while the bit was clear, or a thread was late")
    }
    note(cell, trial.record, written)
  }

  /// - Returns: whether all threads took part.
  private func run(_ trial: BehaviourTrial, _ cell: ToggleCell, _ writing: Writing) throws -> Bool {
    let own = switches.bits[cell.cpu!]!
    if cell.writers > 1 { return try runTogether(trial, own, writing) }
    if cell.cpu == cell.writerCpu {
      return trial.run(own: { writing.write([own]) }, beside: {})
    }
    let written = cell.cpus == 1 ? [own] : switches.writable
    return try CpuPin.pinned(to: plan.writer) {
      trial.run(beside: { if trial.waitUntilFree() { writing.write(written) } })
    }
  }

  /// The offender is its CPU's writer.
  private func runTogether(_ trial: BehaviourTrial, _ own: BitToggle, _ writing: Writing) throws -> Bool {
    let others = switches.writable.filter { $0.cpu != own.cpu }
    let gate = StartGate()
    let outcome = try withAssistants(on: others.map(\.cpu)) { assistants in
      let hands = ParallelToggling(others, assistants, clock: clock)
      var outcome = Result<Double?, any Error>.success(nil)
      let hasRun = trial.run(
        own: {
          guard let start = gate.pass() else { return }
          while catomics_tsc() < start { catomics_pause() }
          writing.write([own])
        },
        beside: { outcome = Result { try hands.pass(.write, true, gate: gate, more: 1) } })
      return try hasRun && outcome.get() != nil
    }
    return outcome ?? false
  }

  private func note(_ cell: ToggleCell, _ found: BehaviourTrial.Record, _ written: Range<UInt64>) {
    let pair = cell.isAcrossCpus ? pairs[cell.cpu!] : nil
    let (offset, error) = (pair?.tscOffsetTicks ?? 0, pair?.tscOffsetErrorTicks ?? 0)
    func since(_ tick: UInt64) -> Double { Double(tick) - offset - Double(written.lowerBound) }
    var record = records[cell] ?? ToggleRecord()
    if let changed = found.changed.map(since) {
      guard changed >= -error else {
        return course.skip(cell.inWords, "a split lock was answered before the bit was set")
      }
      record.samples.append([max(1, changed)])
      record.lastFree.append(max(0, found.lastFree.map { since($0.end) } ?? 0))
    } else if !(found.lastFree.map { since($0.start) > Double(written.count) + error } ?? false) {
      return course.skip(cell.inWords, "the split locks had ended before the bit was set")
    }
    record.trials += 1
    records[cell] = record
  }

  /// The write of a trial; of one thread until that has ended.
  private final class Writing: @unchecked Sendable {
    /// From its beginning to its return, in TSC ticks.
    private(set) var ticks: Range<UInt64>?
    private(set) var failure: RegisterFailure?

    func write(_ toggles: [BitToggle]) {
      do throws(RegisterFailure) {
        let start = catomics_tsc()
        for toggle in toggles { try toggle.write(true) }
        ticks = start..<max(start, catomics_tsc())
      } catch {
        failure = error
      }
    }
  }
}

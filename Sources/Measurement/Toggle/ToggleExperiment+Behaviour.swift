import CAtomics
import DetectionControl
import Machine

/// When a CPU's behaviour has changed: one CPU split-locks, its bit clear, and the bit is set.
extension ToggleExperiment {
  func watch(_ cell: ToggleCell) throws {
    guard Plan.longestBurst <= budget.left else {
      return skip(cell.inWords, ExperimentEnd.outOfBudget)
    }
    sleep(seconds: budget.rest(at: clock.elapsed()))
    let bits = control.before.bits.map(\.bit).filter { $0.kind == .splitLock }
    // Behind the trial Linux's own writes are waited for, and undone where it booted without detection.
    defer { reset(cell.inWords) }
    _ = control.set(bits, to: false)
    let trial = try BehaviourTrial(cpu: cell.cpu!, machine: machine, clock: clock)
    let writing = Writing()
    let hasRun = try run(trial, cell, writing)
    course.budget.book(
      operations: trial.record.issued, cost: DoseResponse.assumedSeconds, at: clock.elapsed())
    if let failure = writing.failure { throw failure }
    guard hasRun, let written = writing.start else {
      return skip(
        cell.inWords, "split locks did not pass while the bit was clear, or a thread was late")
    }
    note(cell, trial.record, written: Double(written))
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

  private func note(_ cell: ToggleCell, _ found: BehaviourTrial.Record, written: Double) {
    let pair = cell.isAcrossCpus ? pairs[cell.cpu!] : nil
    let (offset, error) = (pair?.tscOffsetTicks ?? 0, pair?.tscOffsetErrorTicks ?? 0)
    func since(_ tick: UInt64) -> Double { Double(tick) - offset - written }
    let lastFree = since(found.lastFree)
    var record = records[cell] ?? ToggleRecord()
    if let changed = found.changed.map(since) {
      guard changed >= -error else {
        return skip(cell.inWords, "a split lock was answered before the bit was set")
      }
      record.samples.append([max(1, changed)])
      record.lastFree.append(max(0, lastFree))
    } else if lastFree <= error {
      return skip(cell.inWords, "the burst of split locks had ended before the bit was set")
    }
    record.trials += 1
    records[cell] = record
  }

  /// The write of a trial, and when it began; of one thread until that has ended.
  private final class Writing: @unchecked Sendable {
    private(set) var start: UInt64?
    private(set) var failure: RegisterFailure?

    func write(_ toggles: [BitToggle]) {
      do throws(RegisterFailure) {
        start = catomics_tsc()
        for toggle in toggles { try toggle.write(true) }
      } catch {
        failure = error
      }
    }
  }
}

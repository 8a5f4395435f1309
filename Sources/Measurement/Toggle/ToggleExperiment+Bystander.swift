import LockKernels
import Machine

/// What a bystander feels while its CPU's bit is toggled from another CPU. No split lock is issued.
extension ToggleExperiment {
  /// Shortest slice, and what each begins with, not counted, in seconds; a slice holds at least one period of the toggling.
  private static let (slice, leadIn) = (0.02, 0.001)

  /// Control, treated, control; control is the same loop on the other CPU, which only keeps the pace.
  func disturb(_ cell: ToggleCell) throws {
    let (victim, rate) = (cell.cpu!, cell.rate!)
    let memory = try memory(of: victim)
    let period = rate.isFinite ? 1 / rate : 0
    let found = try BusErrorGuard.installed {
      try CpuPin.pinned(to: victim) {
        try withAssistants(on: [plan.writer]) { assistants in
          VictimRunner.warm(.l1Load, memory: memory)
          let runner = try VictimRunner(
            .l1Load, memory: memory, operand: memory.operand(for: .l1Load, count: 1)!,
            ticksPerSecond: clock.ticks(seconds: 1))
          return try [nil, cell.operation, nil].map { operation in
            try slice(
              runner, length: max(ToggleExperiment.slice, period),
              Toggler(
                on: assistants[0], switches.bits[victim]!, operation,
                period: UInt64(clock.ticks(seconds: period)),
                deadlineTicks: UInt64(clock.ticks(seconds: Assistant.patience))))
          }
        }
      }
    }
    guard let found else { return course.skip(cell.inWords, "Linux refused a thread on CPU \(plan.writer)") }
    var record = records[cell] ?? ToggleRecord()
    record.slices.append((control: (found[0].ticks + found[2].ticks) / 2, treated: found[1].ticks))
    record.operations += found[1].report.operations
    record.ticks += found[1].report.ticks
    records[cell] = record
  }

  /// Ticks of one operation of the victim. What `Slice` calls a gap counts: an interrupt may be one.
  private func slice(
    _ runner: VictimRunner, length: Double, _ toggler: Toggler
  ) throws -> (ticks: Double, report: Toggler.Report) {
    try toggler.start()
    let outcome = Result { () throws(Trap) in
      _ = try runner.run(ticks: UInt64(clock.ticks(seconds: ToggleExperiment.leadIn)))
      return try runner.run(ticks: UInt64(clock.ticks(seconds: length)))
    }
    // Stopped whatever the victim met.
    let report = try toggler.stop()
    let slice = try outcome.get()
    return (Double(slice.ticks + slice.gapTicks) / Double(slice.issued), report)
  }

  /// Little: the victim reads from the L1 cache.
  private func memory(of cpu: Int) throws -> VictimMemory {
    if let memory = victimMemory[cpu] { return memory }
    let memory = try CpuPin.pinned(to: cpu) {
      try VictimMemory(
        sizes: .init(l1d: nil, l2: nil, l3: nil, memory: 8 << 20), node: machine.topology.cpu(cpu)?.numaNode,
        seed: 1)
    }
    victimMemory[cpu] = memory
    return memory
  }
}

import LockKernels

/// One visit to a cell: control, treated, control.
extension BystanderExperiment {
  /// What runs beside the victim of a cell, or of its control.
  private func beside(
    _ aggressor: Aggressor, _ cell: BystanderCell, cost: Double, _ lines: OperandMemory,
    _ assistant: Assistant
  ) -> AggressedSlice.Beside? {
    guard let placement = aggressor.placement else { return nil }
    // Back to back at 100 %; the operation's own cost is then the period of what is compared with it.
    let isSaturating = aggressor.takesBusLocks && cell.fraction == 1
    let spot = Int(truncatingIfNeeded: seed >> 8) & 0xFFFF + roundsDone
    return .init(
      assistant: assistant,
      operand: lines.address(placement, spot: spot),
      period: isSaturating ? 0 : UInt64(clock.ticks(seconds: cost / cell.fraction)))
  }

  /// Control, treated, control.
  func measure(
    _ cell: BystanderCell, _ site: PairSite, _ runner: VictimRunner, _ lines: OperandMemory,
    _ assistant: Assistant
  ) throws {
    let index = indexByCell[cell]!
    let cost = site.aggressorRamp.cost(clock, cell.aggressor == .pageSplit ? .pageSplit : .lineSplit)
    let (length, leadIn) = BystanderPlan.slice(cell, cost: cost)
    sleepInterruptibly(seconds: budget.rest(at: clock.elapsed()))
    // What slept, or ran beside an aggressor, may have lost its lines: every triple begins alike.
    VictimRunner.warm(cell.victim, memory: memories[site.pair.victim]!)
    let switches = SwitchCount.now()
    let all = try [cell.control, cell.aggressor, cell.control].map { aggressor in
      try AggressedSlice.run(
        runner, leadIn: UInt64(clock.ticks(seconds: leadIn)), ticks: UInt64(clock.ticks(seconds: length)),
        beside: beside(aggressor, cell, cost: cost, lines, assistant))
    }
    let wasPreempted = SwitchCount.now().wasPreempted(since: switches)
    records[index].requestedRate = cell.fraction > 0 ? cell.fraction / cost : nil
    book(cell, all, site, cost: cost, index)
    let period = cell.fraction > 0 ? cost / cell.fraction : 0
    let overlapped = all.map {
      $0.hasOverlapped(
        within: site.check.tscOffsetErrorTicks, offset: site.check.tscOffsetTicks,
        longestGap: clock.ticks(seconds: max(4 * period, length / 4) + BystanderExperiment.longestGap))
    }
    for (position, slice) in all.enumerated() {
      slices.append(
        SliceSample(
          cell: index, round: roundsDone, kind: position == 1 ? "treated" : "control", slice: slice,
          isDisturbed: wasPreempted, hasOverlapped: overlapped[position]))
    }
    let (before, treated, after) = (all[0], all[1], all[2])
    let control = (before.victim.ticksPerOperation + after.victim.ticksPerOperation) / 2
    guard control > 0, treated.victim.ticksPerOperation > 0 else { return }
    records[index].add(
      BystanderRecord.Round(
        number: roundsDone, controlTicks: control, treatedTicks: treated.victim.ticksPerOperation,
        rate: treated.aggression?.rate ?? 0, isDisturbed: wasPreempted,
        hasOverlapped: !overlapped.contains(false)),
      busLocks: cell.aggressor.takesBusLocks ? treated.aggression?.operations ?? 0 : 0)
  }

  /// An aggressor that paused for a quarter of the slice, and for so many seconds more, did not work all the time.
  private static let longestGap = 50e-6

  private func book(
    _ cell: BystanderCell, _ slices: [AggressedSlice], _ site: PairSite, cost: Double, _ index: Int
  ) {
    if cell.victim.takesBusLocks {
      course.budget.book(
        operations: slices.reduce(0) { $0 + $1.victimIssued }, cost: site.victimRamp.cost(clock),
        at: clock.elapsed())
    }
    for aggression in slices.compactMap(\.aggression) {
      if let trap = aggression.trap { records[index].add(trap) }
      if cell.aggressor.takesBusLocks { course.stop(aggression.unexplainedDelay(clock)) }
    }
    if cell.aggressor.takesBusLocks {
      course.budget.book(operations: slices[1].aggression?.operations ?? 0, cost: cost, at: clock.elapsed())
    }
  }
}

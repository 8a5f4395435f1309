/// What a round holds, and whether another follows.
extension CostExperiment {
  var isExtended: Bool { roundsDone >= plan.rounds }

  /// The cells of the coming round: all, or in a round for precision headline cells and some other families.
  func members(_ random: inout SeededGenerator) -> [Int] {
    guard isExtended else { return Array(records.indices) }
    var chosen: [Cell.Family: Bool] = [:]
    for record in records where record.isHeadline { chosen[record.cell.family] = true }
    for record in records where chosen[record.cell.family] == nil {
      chosen[record.cell.family] = Double.random(in: 0..<1, using: &random) < Plan.extendedPart
    }
    return records.indices.filter { chosen[records[$0].cell.family]! }
  }

  /// Each of the CPU's cells once, headline cells several times.
  func visits(on cpu: Int, of members: [Int]) -> [Int] {
    members.filter { records[$0].cell.cpu == cpu }.flatMap { index in
      let visits = records[index].cell.takesBusLock ? plan.headlineVisits.split : plan.headlineVisits.others
      return Array(repeating: index, count: records[index].isHeadline ? visits : 1)
    }
  }

  /// Rounds that the budget has to last for, a round for precision counting as the part that it is.
  var roundsAhead: Double {
    let full = Double(max(0, plan.rounds - roundsDone))
    let extended = Double(plan.mostRounds - max(roundsDone, plan.rounds)) * Plan.extendedPart
    guard longestRound > 0 else { return full + extended }
    let fitting = (plan.wallLimit - clock.elapsed()) / longestRound
    return max(full, min(full + extended, fitting))
  }

  /// Whether a cell keeps its bus locks for a calmer moment: a headline cell, whose bus locks are numbered, when this
  /// round does not need it, unless it goes by disturbed rounds, too.
  func canWait(_ record: CellRecord) -> Bool {
    let isNeeded = !isExtended && record.rounds.last?.number != roundsDone
    return record.isHeadline && !isNeeded && !record.usesDisturbedRounds
  }

  /// Whether a headline cell is neither precise enough nor out of bus locks.
  var hasUnfinishedHeadlines: Bool {
    records.contains { record in
      guard record.isHeadline, !record.isSettledAsTrapped, let cpu = cpus[record.cell.cpu] else {
        return false
      }
      if record.cell.takesBusLock, grant(record, on: cpu, draw: 0) == nil { return false }
      return (record.ticks?.relativeHalfWidth).map { $0 > plan.headlinePrecision } ?? true
    }
  }

  func progress(share: Double) -> Progress {
    let elapsed = clock.elapsed()
    if isExtended {
      return Progress(
        phase: "cost, round \(roundsDone + 1), for precision", done: elapsed / plan.wallLimit,
        secondsLeft: plan.wallLimit - elapsed)
    }
    let done = (Double(roundsDone) + share) / Double(plan.rounds)
    let left = done > 0.01 ? elapsed / done * (1 - done) : plan.wallLimit
    return Progress(
      phase: "cost, round \(roundsDone + 1) of \(plan.rounds)", done: done,
      secondsLeft: min(left, plan.wallLimit - elapsed))
  }
}

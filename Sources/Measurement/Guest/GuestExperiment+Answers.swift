import Guest

/// What becomes of guests that split-lock.
extension GuestExperiment {
  var trials: [GuestTrial] {
    let offersMsrs = found(.kvm) { $0.quantity == "user-space-msrs" }.contains { $0.found == "offered" }
    let offersTrap = found(.cpuid) {
      $0.quantity == GuestCpuid.Bit.busLockDetect.rawValue && $0.condition == "by-kvm"
    }.contains { $0.found == "offered" }
    return [.plain(cpl: 3), .plain(cpl: 0), .checks] + (offersMsrs ? [.believes] : [])
      + (offersTrap ? [.arms] : [])
  }

  func answer(_ trial: GuestTrial, _ progress: (Progress) -> Void, _ done: Double) throws {
    var task = plan.task(.answer, seed: seed, trial: trial)
    task.hostIsQuiet = machine.policy.isQuiet && machine.policy.trapsWithAC
    guard Double(GuestWorker.answerOperations) * DoseResponse.assumedSeconds <= budget.left else {
      return skip(task.name, ExperimentEnd.outOfBudget)
    }
    let before = skipped.count
    guard let end = try visit(task, progress, done) else { return }
    // What kills the child it could not tell.
    let told = answered(trial)
    if let answer = GuestAnswer(told: told, end: end) {
      if told == nil { note(GuestFinding(cell(trial), found: answer.rawValue)) }
    } else if self.end == .finished, skipped.count == before {
      skip(task.name, end.obstacle ?? "the guest's process told nothing")
    }
  }

  private func cell(_ trial: GuestTrial) -> GuestCell {
    GuestCell(
      .answer, GuestWorker.answerQuantity, condition: trial.condition, cpl: trial.cpl, cpu: plan.cpu)
  }

  func answered(_ trial: GuestTrial) -> GuestAnswer? {
    findings[cell(trial)]?.last?.found.flatMap(GuestAnswer.init(inWords:))
  }

  /// Seconds, in a guest that is timed; nil before.
  var costOfSplit: Double? {
    guard nativeCpls.contains(3) else { return nil }
    let cell = order.filter { $0.part == .cost && $0.quantity == "line-split" && $0.unit == .nanoseconds }
      .first { $0.condition == "exits-off" && $0.cpl == 3 }
    return cell.flatMap { GuestRow($0, findings[$0]!).value }.flatMap { $0 > 0 ? $0 / 1e9 : nil }
  }
}

import Guest

/// Split locks of a guest, one at a time.
extension GuestWorker {
  /// A few tell: where Linux delays, each takes 10 ms, or the first alone.
  static let answerOperations = 11

  func answer() throws {
    let cpu = try cpu(of: task.trial)
    var call = GuestCall(.locked, cpl: task.trial.cpl)
    // What comes before must not be what is slow.
    _ = try cpu.run(call)
    call.operand = .lineSplit
    call.milliseconds = 2000
    var reports: [GuestReport] = []
    for _ in 0..<GuestWorker.answerOperations {
      // Booked before: a child that is killed does not come to it.
      try book(1)
      reports.append(try cpu.run(call))
      guard reports.last!.isDone else { break }
    }
    func cell(_ quantity: String, _ unit: GuestCell.Unit = .none) -> GuestCell {
      GuestCell(.answer, quantity, unit, condition: task.trial.condition, cpl: task.trial.cpl, cpu: task.cpu)
    }
    try tell(
      GuestFinding(
        cell("performed", .count), Double(reports.reduce(0) { $0 + $1.counted }), operations: reports.count))
    let longest = reports.map(\.trip.nanoseconds).max() ?? 0
    try tell(GuestFinding(cell("longest", .milliseconds), Double(longest) / 1e6))
    if let fault = reports.last?.fault {
      try tell(GuestFinding(cell("rip"), found: fault.side?.rawValue ?? "elsewhere"))
    }
    try tell(GuestFinding(cell(GuestWorker.answerQuantity), found: GuestAnswer(reports).rawValue))
  }

  static let answerQuantity = "line-split"

  private func cpu(of trial: GuestTrial) throws -> GuestCpu {
    switch trial {
    case .plain: return try GuestMachine(kvm).cpus[0]
    case .believes: return try believer().cpus[0]
    case .arms:
      let cpu = try GuestMachine(kvm).cpus[0]
      var call = GuestCall(.writeMsr, cpl: 0)
      (call.number, call.value) = (0x1D9, 1 << 2)
      _ = try cpu.run(call)
      return cpu
    }
  }
}

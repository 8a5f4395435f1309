import Guest
import Machine

/// Split locks of a guest, one at a time.
extension GuestWorker {
  /// A few tell: where Linux delays, each takes 10 ms, or the first alone.
  static let answerOperations = 11
  static let answerQuantity = "line-split"

  func answer() throws {
    let cpu = try cpu(of: task.trial)
    var call = GuestCall(.locked, cpl: task.trial.cpl)
    call.checksAlignment = task.trial == .checks
    // What comes before must not be what is slow.
    _ = try cpu.run(call)
    call.operand = .lineSplit
    call.milliseconds = 2000
    let log = try? LinuxLog(fromNowOn: true)
    var reports: [GuestReport] = []
    for _ in 0..<GuestWorker.answerOperations {
      // Booked before: a child that is killed does not come to it.
      try book(1)
      reports.append(try cpu.run(call))
      guard reports.last!.isDone else { break }
    }
    // KVM has Linux name the guest's address (vmx.c, handle_guest_split_lock), at which no program of the host's lies.
    let lines = log?.newMessages(where: DetectionReport.isOne).compactMap(DetectionReport.init) ?? []
    let isLogged = lines.contains { $0.exception == .ac && $0.address == cpu.lockedInstruction }
    try tell(reports, GuestAnswer(reports, log: isLogged ? .told : task.hostIsQuiet ? .silent : .none))
  }

  private func tell(_ reports: [GuestReport], _ answer: GuestAnswer) throws {
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
    try tell(GuestFinding(cell(GuestWorker.answerQuantity), found: answer.inWords(reports)))
  }

  private func cpu(of trial: GuestTrial) throws -> GuestCpu {
    switch trial {
    case .plain, .checks: try GuestMachine(kvm).cpus[0]
    case .believes: try believer().cpus[0]
    case .arms: try armed().cpus[0]
    }
  }
}

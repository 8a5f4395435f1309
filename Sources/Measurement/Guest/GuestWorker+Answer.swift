import Guest
import Machine

/// Split locks of a guest, one at a time.
extension GuestWorker {
  /// A few tell: where Linux delays, each takes 10 ms.
  static let answerOperations = 11
  /// Behind one that it delayed, Linux has detection off for two jiffies and the rest of one (arch/x86/kernel/cpu/bus_lock.c,
  /// split_lock_warn; intel.c before 6.12), at 100 Hz up to 30 ms: a Linux below this one does not tell its rate. In seconds.
  private static let openWindow = 0.035
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
    let reports = try GuestWorker.singles(pause: sleepInterruptibly(seconds:)) {
      // Booked before: a child that is killed does not come to it.
      try book(1)
      return try cpu.run(call)
    }
    // KVM has Linux name the guest's address (vmx.c, handle_guest_split_lock), at which no program of the host's lies.
    let lines = log?.newMessages(where: DetectionReport.isOne).compactMap(DetectionReport.init) ?? []
    let isLogged = lines.contains { $0.exception == .ac && $0.address == cpu.lockedInstruction }
    try tell(reports, GuestAnswer(reports, log: isLogged ? .told : task.hostIsQuiet ? .silent : .none))
  }

  /// One behind the other, each in no other's open window; none behind one that was not performed.
  static func singles(
    pause: (_ seconds: Double) -> Void, operation: () throws -> GuestReport
  ) rethrows -> [GuestReport] {
    // Another guest's, of the trial before.
    pause(openWindow)
    var reports: [GuestReport] = []
    for _ in 0..<answerOperations {
      let report = try operation()
      reports.append(report)
      guard report.isDone else { break }
      if GuestAnswer([report]).takesLong { pause(openWindow) }
    }
    return reports
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

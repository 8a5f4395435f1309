import Guest
import Machine

/// The host's own MSRs before, during and behind entries into a guest that believes it has set bit 29 of MSR 0x33: while it makes
/// aligned operations, and while it split-locks, at which Linux's warn mode takes the bit off the core for a moment.
///
/// "KVM never writes the CPU's actual MSR_TEST_CTRL", says the mail of 16 October 2019. A read on the vCPU's own CPU takes an
/// exit; one on its SMT sibling, which shares the register, sees it while the guest runs.
extension GuestWorker {
  /// How long the guest makes aligned operations, and may take over one that Linux delays, in ms.
  private static let milliseconds: (aligned: UInt32, delayed: UInt32) = (20, 100)
  /// Of split locks, at most.
  private static let bursts = 10

  /// `task.others`: where this thread reads from.
  func watchHost() throws {
    let watched = [task.cpu] + [task.sibling].compactMap { $0 }
    guard kvm.hasUserSpaceMsrs else {
      return try skip("guest's host registers", "no KVM_CAP_X86_USER_SPACE_MSR: the guest cannot believe")
    }
    let before = watched.map(read)
    if let reason = before[0].reason { return try skip("guest's host registers", reason) }
    try tell(before, "before", watched)
    // A thread that has to wait for the guest's CPU reads when the guest has left it.
    let isApart = task.others[0] != task.cpu
    if !isApart {
      try skip("guest's host registers during entries", "no other CPU that they can be read from")
    }
    let guest = try believer().cpus[0]
    let hasRun: Void? = try withAssistants(on: [task.cpu]) { assistants in
      var call = GuestCall(.locked, cpl: 3)
      (call.count, call.milliseconds) = (.max, GuestWorker.milliseconds.aligned)
      let during = try readings(watched, beside: guest, call, assistants[0], isWanted: isApart).readings
      if isApart { try tell(during, "during", watched) }
      // Ahead of what may kill this process.
      try tell(watched.map(read), "after", watched)
      let ofSplit = try splitReadings(watched, beside: guest, assistants[0], isWanted: isApart)
      guard let ofSplit else {
        return try skip("guest's host registers during split locks", ExperimentEnd.outOfBudget)
      }
      if isApart { try tell(ofSplit, "during-split-locks", watched) }
      try tell(watched.map(read), "after-split-locks", watched)
    }
    if hasRun == nil { try skip("guest's host registers", "Linux refused a thread on CPU \(task.cpu)") }
  }

  private func read(_ cpu: Int) -> DetectionRegisters {
    DetectionRegisters(cpu: cpu, files: files, detectionSupported: task.hasMemoryControl)
  }

  /// In bursts, with rests between them; nil if the budget has no operation.
  private func splitReadings(
    _ watched: [Int], beside guest: GuestCpu, _ assistant: Assistant, isWanted: Bool
  ) throws -> [DetectionRegisters]? {
    var call = GuestCall(.locked, cpl: 3)
    call.operand = .lineSplit
    call.milliseconds = task.isDelayed ? GuestWorker.milliseconds.delayed : UInt32(Plan.longestBurst * 1000)
    var readings: [DetectionRegisters]?
    for _ in 0..<GuestWorker.bursts {
      // One that sleeps for 10 ms before it is performed would never come to it in a burst's time.
      call.count = min(task.isDelayed ? 1 : .max, budget.burst(ofCost: task.cost))
      guard call.count > 0 else { break }
      rest()
      try announce(call.count)
      let burst = try self.readings(watched, beside: guest, call, assistant, isWanted: isWanted)
      spend(call.count)
      readings = (readings ?? []) + burst.readings
      guard burst.goesOn else { break }
    }
    return readings
  }

  /// Read from the guest's first operation on, as long as it works; and whether nothing but the deadline kept it from its operations.
  private func readings(
    _ watched: [Int], beside guest: GuestCpu, _ call: GuestCall, _ assistant: Assistant, isWanted: Bool
  ) throws -> (readings: [DetectionRegisters], goesOn: Bool) {
    let before = guest.value(call.operand)
    let run = GuestRun(guest, call)
    try assistant.begin { run.go() }
    var readings: [DetectionRegisters] = []
    if isWanted {
      _ = waitUntil { guest.value(call.operand) != before || assistant.hasFinished }
      while true {
        let now = watched.map(read)
        if assistant.hasFinished { break }
        readings += now
      }
    }
    try assistant.finish()
    let report = try run.report()
    return (readings, report.map { $0.isDone || $0.trip.end == .deadline } ?? false)
  }

  private func tell(_ readings: [DetectionRegisters], _ condition: String, _ cpus: [Int]) throws {
    for cpu in cpus {
      let ofCpu = readings.filter { $0.cpu == cpu }
      for register in [DetectionRegister.memoryControl, .debugControl] {
        let values = Set(ofCpu.compactMap { $0[register] }).sorted()
        let words = values.map { "0x" + String($0, radix: 16) }.joined(separator: " and ")
        let lack = ofCpu.isEmpty ? "the guest was done before" : ofCpu[0].reasons[register.hexadecimal]
        try tell(
          GuestFinding(
            GuestCell(
              .hostRegister, register.hexadecimal, condition: condition, place: .host, cpu: cpu),
            found: values.isEmpty ? lack ?? "not read" : words, operations: ofCpu.count))
      }
    }
  }
}

import Guest
import Machine

/// The host's own MSRs before, during and behind entries into a guest that believes it has set bit 29 of MSR 0x33: while it makes
/// aligned operations, and while it split-locks, at which Linux's warn mode takes the bit off the core for a moment.
///
/// "KVM never writes the CPU's actual MSR_TEST_CTRL", says the mail of 16 October 2019. A read on the vCPU's own CPU takes an
/// exit; one on its SMT sibling, which shares the register, sees it while the guest runs.
extension GuestWorker {
  /// How long the guest makes aligned operations, and how long it may take over split ones, in ms.
  private static let milliseconds: (aligned: UInt32, split: UInt32) = (20, 100)

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
      for (condition, operand) in [("during", GuestCall.Operand.aligned), ("during-split-locks", .lineSplit)]
      {
        let during = try readings(watched, beside: guest, operand, assistants[0], isWanted: isApart)
        if isApart { try tell(during, condition, watched) }
      }
      try tell(watched.map(read), "after", watched)
    }
    if hasRun == nil { try skip("guest's host registers", "Linux refused a thread on CPU \(task.cpu)") }
  }

  private func read(_ cpu: Int) -> DetectionRegisters {
    DetectionRegisters(cpu: cpu, files: files, detectionSupported: task.hasMemoryControl)
  }

  /// Read from the guest's first operation on, as long as it works.
  private func readings(
    _ watched: [Int], beside guest: GuestCpu, _ operand: GuestCall.Operand, _ assistant: Assistant,
    isWanted: Bool
  ) throws -> [DetectionRegisters] {
    var call = GuestCall(.locked, cpl: 3)
    (call.operand, call.count, call.milliseconds) = (operand, .max, GuestWorker.milliseconds.aligned)
    if operand == .lineSplit {
      (call.count, call.milliseconds) = (Int(budget.left / task.cost), GuestWorker.milliseconds.split)
      guard call.count > 0 else { return [] }
      rest()
      // Booked before: a child that is killed does not come to it.
      try book(call.count)
    }
    let before = guest.value(operand)
    let run = GuestRun(guest, call)
    try assistant.begin { run.go() }
    guard isWanted else {
      try assistant.finish()
      return []
    }
    _ = waitUntil { guest.value(operand) != before || assistant.hasFinished }
    var readings: [DetectionRegisters] = []
    while true {
      let now = watched.map(read)
      if assistant.hasFinished { break }
      readings += now
    }
    return readings
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

import CHost
import Guest
import Machine

/// The host's own MSRs before, during and behind an entry into a guest that believes it has set bit 29 of MSR 0x33.
///
/// "KVM never writes the CPU's actual MSR_TEST_CTRL", says the mail of 16 October 2019. A read on the vCPU's own CPU takes an
/// exit; one on its SMT sibling, which shares the register, sees it while the guest runs.
extension GuestWorker {
  /// How long the guest runs, in seconds, and of what.
  private static let seconds = 0.02

  /// `task.others`: where this thread reads from, then the sibling, where there is one.
  func watchHost() throws {
    let watched = [task.cpu] + task.others.dropFirst()
    func read(_ cpu: Int) -> DetectionRegisters {
      DetectionRegisters(cpu: cpu, files: .live, detectionSupported: task.hasMemoryControl)
    }
    guard kvm.hasUserSpaceMsrs else {
      return try skip("guest's host registers", "no KVM_CAP_X86_USER_SPACE_MSR: the guest cannot believe")
    }
    let first = read(task.cpu)
    if let reason = first.reason { return try skip("guest's host registers", reason) }
    let guest = try believer()
    let hasRun: Void? = try withAssistants(on: [task.cpu]) { assistants in
      let before = watched.map(read)
      var during: [DetectionRegisters] = []
      let run = Spin(guest.cpus[0], seconds: GuestWorker.seconds)
      try assistants[0].begin { run.go() }
      while !assistants[0].hasFinished { during += watched.map(read) }
      try assistants[0].finish()
      try tell(before, "before", watched)
      try tell(during, "during", watched)
      try tell(watched.map(read), "after", watched)
    }
    if hasRun == nil { try skip("guest's host registers", "Linux refused a thread on CPU \(task.cpu)") }
  }

  private func tell(_ readings: [DetectionRegisters], _ condition: String, _ cpus: [Int]) throws {
    for cpu in cpus {
      let ofCpu = readings.filter { $0.cpu == cpu }
      for register in [DetectionRegister.memoryControl, .debugControl] {
        let values = Set(ofCpu.compactMap { $0[register] }).sorted()
        let words = values.map { "0x" + String($0, radix: 16) }.joined(separator: " and ")
        try tell(
          GuestFinding(
            GuestCell(
              .hostRegister, register.hexadecimal, condition: condition, place: .host, cpu: cpu),
            found: values.isEmpty ? ofCpu.first?.reasons[register.hexadecimal] ?? "not read" : words,
            operations: ofCpu.count))
      }
    }
  }

  /// A guest that works in registers for a while.
  private final class Spin: @unchecked Sendable {
    private let cpu: GuestCpu
    private let seconds: Double

    init(_ cpu: GuestCpu, seconds: Double) { (self.cpu, self.seconds) = (cpu, seconds) }

    /// Until its deadline.
    func go() {
      var call = GuestCall(.register, cpl: 3)
      (call.count, call.milliseconds) = (.max, UInt32(seconds * 1000))
      _ = try? cpu.run(call)
    }
  }
}

import Guest
import Machine

/// Split locks of several vCPUs of one guest at one time, each on lines of its own.
extension GuestWorker {
  /// Of each vCPU in a round.
  static let operationsOfVcpu = 500

  /// So many vCPUs, of all that are there: each twice the one before.
  static func vcpuCounts(cpus: Int) -> [Int] {
    let most = min(cpus, GuestMachine.mostVcpus)
    return (0...3).map { 1 << $0 }.filter { $0 <= most }
  }

  func runVcpus() throws {
    let cpus = [task.cpu] + task.others
    for count in GuestWorker.vcpuCounts(cpus: cpus.count) {
      var options = GuestMachine.Options()
      options.vcpus = count
      let guest = try GuestMachine(kvm, options)
      let hasRun: Void? = try withAssistants(on: Array(cpus.prefix(count))) { assistants in
        for _ in 0..<task.rounds
        where hasTime && Double(count * GuestWorker.operationsOfVcpu) * task.cost <= budget.left {
          rest()
          let runs = zip(guest.cpus, assistants).map { VcpuRun($0, $1) }
          for run in runs { try run.begin(GuestWorker.operationsOfVcpu) }
          for run in runs { try tell(try run.finish(), of: count, cpu: run.cpu) }
          try book(count * GuestWorker.operationsOfVcpu)
        }
      }
      if hasRun == nil { try skip("guest with \(count) vCPUs", "Linux refused a thread") }
    }
  }

  private func tell(_ report: GuestReport, of count: Int, cpu: Int) throws {
    let operations = GuestWorker.operationsOfVcpu
    guard let ticks = report.ticks, report.isDone else {
      return try skip(
        "guest with \(count) vCPUs on CPU \(cpu)", report.obstacle ?? "it did not count its time")
    }
    try tell(
      GuestFinding(
        GuestCell(.vcpus, "line-split", .nanoseconds, cpl: 3, cpu: cpu, vcpus: count),
        clock.nanoseconds(Double(ticks)) / Double(operations),
        found: report.counted == UInt64(operations) ? "exact" : "lost some", operations: operations))
  }

  /// One vCPU on its own thread.
  private final class VcpuRun: @unchecked Sendable {
    private let guest: GuestCpu
    private let assistant: Assistant
    /// The assistant's until it has finished.
    private var outcome: Result<GuestReport, KvmFailure>?

    var cpu: Int { assistant.cpu }

    init(_ guest: GuestCpu, _ assistant: Assistant) { (self.guest, self.assistant) = (guest, assistant) }

    func begin(_ count: Int) throws {
      try assistant.begin { [self] in
        var call = GuestCall(.locked, cpl: 3)
        (call.operand, call.count) = (.lineSplit, count)
        outcome = Result { () throws(KvmFailure) in try guest.run(call) }
      }
    }

    func finish() throws -> GuestReport {
      try assistant.finish()
      return try outcome!.get()
    }
  }
}

import Guest
import Machine

/// Split locks of several vCPUs of one guest at one time, each on lines of its own.
extension GuestWorker {
  /// How long a round's vCPUs work, in seconds.
  private static let seconds = 0.0005

  /// So many vCPUs, of all that are there: each twice the one before.
  static func vcpuCounts(cpus: Int) -> [Int] {
    let most = min(cpus, GuestMachine.mostVcpus)
    return (0...3).map { 1 << $0 }.filter { $0 <= most }
  }

  /// The first vCPU is the calling thread's: whoever waited for it would take its CPU.
  func runVcpus() throws {
    let cpus = [task.cpu] + task.others
    for count in GuestWorker.vcpuCounts(cpus: cpus.count) {
      let used = Array(cpus.prefix(count))
      var options = GuestMachine.Options()
      options.vcpus = count
      let guest = try GuestMachine(kvm, options)
      let hasRun: Void? = try withAssistants(on: Array(used.dropFirst())) { assistants in
        try boot(guest, assistants)
        var rounds = (all: 0, together: 0)
        let most = Double(count) * GuestWorker.seconds
        for _ in 0..<task.rounds where hasTime && most <= budget.left {
          rest()
          let reports = try together(guest, assistants)
          try book(Int(reports.reduce(0) { $0 + $1.counted }))
          rounds.all += 1
          if try tell(reports, on: used) { rounds.together += 1 }
        }
        guard rounds.all > 0, rounds.together == 0 else { return }
        for cpu in used {
          try tell(GuestFinding(cost(of: count, cpu), found: "never at one time", operations: 0))
        }
      }
      if hasRun == nil { try skip("guest with \(count) vCPUs", "Linux refused a thread") }
    }
  }

  /// What a vCPU needs once must not hold up the others at the gate.
  private func boot(_ guest: GuestMachine, _ assistants: [Assistant]) throws {
    _ = try run(guest, assistants, GuestCall(.locked, cpl: 3))
  }

  private func together(_ guest: GuestMachine, _ assistants: [Assistant]) throws -> [GuestReport] {
    var call = GuestCall(.together, cpl: 3)
    (call.operand, call.parties) = (.lineSplit, guest.cpus.count)
    call.count = Int(clock.ticks(seconds: GuestWorker.seconds))
    guest.closeGate()
    return try run(guest, assistants, call)
  }

  private func run(_ guest: GuestMachine, _ assistants: [Assistant], _ call: GuestCall) throws
    -> [GuestReport]
  {
    let runs = guest.cpus.map { GuestRun($0, call) }
    for (run, assistant) in zip(runs.dropFirst(), assistants) { try assistant.begin { run.go() } }
    runs[0].go()
    for assistant in assistants { try assistant.finish() }
    return try runs.compactMap { try $0.report() }
  }

  private func cost(of count: Int, _ cpu: Int) -> GuestCell {
    GuestCell(.vcpus, "line-split", .nanoseconds, cpl: 3, cpu: cpu, vcpus: count)
  }

  /// - Returns: whether they worked at one time.
  private func tell(_ reports: [GuestReport], on cpus: [Int]) throws -> Bool {
    let count = cpus.count
    for (report, cpu) in zip(reports, cpus) where !report.isDone || report.span == nil {
      try skip("guest with \(count) vCPUs on CPU \(cpu)", report.obstacle ?? "it did not count its time")
      return false
    }
    let overlap = VcpuOverlap(reports.map { $0.span! }, arrivals: reports.map { $0.values[1] })
    if count > 1 {
      try tell(
        GuestFinding(
          GuestCell(.vcpus, GuestCell.overlap, .ratio, cpl: 3, vcpus: count), overlap.share,
          found: overlap.share == nil ? "the vCPUs' TSCs are not one clock" : nil))
    }
    guard overlap.isEnough else { return false }
    for (report, cpu) in zip(reports, cpus) {
      let operations = report.values[0]
      try tell(
        GuestFinding(
          cost(of: count, cpu), clock.nanoseconds(Double(report.ticks!)) / Double(max(1, operations)),
          found: report.counted == operations ? "exact" : "lost some", operations: Int(operations)))
    }
    return true
  }
}

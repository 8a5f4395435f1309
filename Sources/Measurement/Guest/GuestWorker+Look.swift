import Guest
import Machine

/// What the guest is, and what it meets without a split lock.
extension GuestWorker {
  /// Operations of a loop that may be interpreted, shorter and longer, and how often they are timed.
  private static let (few, many, slopes) = (200, 2000, 7)

  func look() throws {
    let cpu = try GuestMachine(kvm).cpus[0]
    try tell(
      GuestFinding(GuestCell(.kvm, "bus-lock-exit"), found: kvm.hasBusLockExit ? "offered" : "not offered"))
    try tell(
      GuestFinding(
        GuestCell(.kvm, "user-space-msrs"), found: kvm.hasUserSpaceMsrs ? "offered" : "not offered"))
    for cpl in [0, 3] {
      try loop(cpu, cpl)
      try count(cpu, cpl)
    }
    try readRegisters()
    try readBits()
    try checkAlignment(cpu)
  }

  private func loop(_ cpu: GuestCpu, _ cpl: Int) throws {
    let cell = GuestCell(.loop, "register-add", .cycles, cpl: cpl, cpu: task.cpu)
    var call = GuestCall(.register, cpl: cpl)
    func ticks(_ count: Int) throws -> UInt64? {
      call.count = count
      return try cpu.run(call).ticks
    }
    // The first meets cold pages.
    _ = try ticks(GuestWorker.few)
    var slopes: [Double] = []
    for _ in 0..<GuestWorker.slopes {
      guard let short = try ticks(GuestWorker.few), let long = try ticks(GuestWorker.many) else {
        return try tell(GuestFinding(cell, found: "it did not come back"))
      }
      let sample = Sample(
        shortOperations: GuestWorker.few, shortTicks: short, longOperations: GuestWorker.many, longTicks: long
      )
      slopes.append(sample.ticksPerOperation)
    }
    try tell(
      GuestFinding(
        cell, slopes.filter { $0 > 0 }.min(), found: GuestExecution(slopes: slopes).rawValue,
        operations: GuestWorker.slopes * (GuestWorker.few + GuestWorker.many)))
  }

  private func count(_ cpu: GuestCpu, _ cpl: Int) throws {
    var call = GuestCall(.locked, cpl: cpl)
    call.count = GuestWorker.few
    let report = try cpu.run(call)
    try tell(
      GuestFinding(
        GuestCell(.count, "aligned", .count, cpl: cpl, cpu: task.cpu), Double(report.counted),
        found: report.obstacle ?? (report.counted == UInt64(call.count) ? "exact" : "lost some"),
        operations: call.count))
  }

  // MARK: Registers

  private func readRegisters() throws {
    try readRegisters(try GuestMachine(kvm).cpus[0], "as-kvm")
    guard kvm.hasUserSpaceMsrs else {
      return try skip(
        "guest's registers answered by us", "no KVM_CAP_X86_USER_SPACE_MSR and filter: needs Linux 5.10")
    }
    try readRegisters(try believer().cpus[0], "answered-by-us")
  }

  private func readRegisters(_ cpu: GuestCpu, _ condition: String) throws {
    for (register, value) in [
      (EmulatedRegisters.coreCapabilities, 0),
      (EmulatedRegisters.memoryControl, EmulatedRegisters.splitLockDisable),
    ] {
      for routine in [GuestCall.Routine.writeMsr, .readMsr] {
        var call = GuestCall(routine, cpl: 0)
        (call.number, call.value) = (register, value)
        let report = try cpu.run(call)
        let isRead = routine == .readMsr
        let name = "\(isRead ? "rdmsr" : "wrmsr")-0x\(String(register, radix: 16))"
        let done = isRead ? "0x" + String(report.values[0], radix: 16) : "taken"
        try tell(
          GuestFinding(
            GuestCell(.register, name, condition: condition, cpl: 0), found: report.obstacle ?? done))
      }
    }
  }

  // MARK: CPUID

  /// What KVM offers, and what the guest sees where we offer or withhold a bit.
  private func readBits() throws {
    let supported = try kvm.supportedCpuid()
    for bit in GuestCpuid.Bit.allCases {
      try tell(
        GuestFinding(
          GuestCell(.cpuid, bit.rawValue, condition: "by-kvm"),
          found: supported[bit] ? "offered" : "not offered"))
    }
    let guests = try [true, false].map { isOffered in
      var options = GuestMachine.Options()
      for bit in GuestCpuid.Bit.allCases { options.bits[bit] = isOffered }
      return (isOffered, cpu: try GuestMachine(kvm, options).cpus[0])
    }
    for cpl in [0, 3] {
      let bits = try guests.flatMap { isOffered, cpu in
        try GuestCpuid.Bit.allCases.map { bit in
          var call = GuestCall(.cpuid, cpl: cpl)
          (call.number, call.count) = (GuestCpuid.leaf, Int(bit.place.subleaf))
          return SeenBit(bit, isOffered: isOffered, try cpu.run(call))
        }
      }
      for finding in SeenBit.findings(bits, cpl: cpl) { try tell(finding) }
    }
  }

  // MARK: EFLAGS.AC

  private func checkAlignment(_ cpu: GuestCpu) throws {
    for cpl in [0, 3] {
      var call = GuestCall(.load, cpl: cpl)
      (call.operand, call.checksAlignment) = (.misaligned, true)
      let report = try cpu.run(call)
      try tell(
        GuestFinding(
          GuestCell(.alignment, "misaligned-load", condition: "eflags-ac", cpl: cpl),
          found: report.obstacle ?? (report.checkedAlignment ? "performed" : "EFLAGS.AC was not set")))
    }
  }
}

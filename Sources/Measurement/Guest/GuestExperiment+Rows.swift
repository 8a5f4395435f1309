/// What `guest.csv` tells.
extension GuestExperiment {
  public func rows() -> [GuestRow] {
    GuestCell.Part.allCases.flatMap { part in
      order.filter { $0.part == part }.map { GuestRow($0, findings[$0]!).told(execution($0), mark(of: $0)) }
    }
  }

  /// Paths that no hardware at hand has: written from Linux's source, and tested against scripted results of KVM_RUN.
  public static let untestedOnHardware: [String] = [
    "VMX: kvm_intel in any part",
    "kvm_amd on silicon: it ran under QEMU's interpreter alone, where every time is withheld; so the cost at CPL 0, port-exit, creation, and hardware and nested of virtualisation were never seen on hardware",
    "bus-lock exits (KVM_CAP_X86_BUS_LOCK_EXIT): counter, cost, RIP side, throttle",
    "a guest's split lock where the host has #AC detection on: a sleep of the vCPU in warn, a line in the log with split_lock_mitigate 0, SIGBUS to the VMM in fatal, #AC reflected to a guest",
    "split locks that the Linux below a nested KVM delays",
    "a guest's own #DB on bus locks (CPUID.7.0:ECX[24], DEBUGCTL[2])",
    "MSR 0x33 of the host and of the SMT sibling around entries",
  ]
}

extension GuestRow {
  /// What is not silicon's is marked, and its times are withheld.
  func told(_ execution: GuestExecution, _ mark: String) -> GuestRow {
    guard execution != .native, cell.dependsOnExecution else { return self }
    var row = self
    if cell.part == .loop {
      // Where the CPU is emulated, its timings do not show it.
      if found == GuestExecution.native.rawValue { row.found = execution.rawValue }
      return row
    }
    if cell.unit.isTime { (row.value, row.low, row.high, row.roundsNotAboveZero) = (nil, nil, nil, nil) }
    row.found = [found, mark].compactMap { $0 }.joined(separator: ", ")
    return row
  }
}

extension GuestCell {
  /// The privilege levels whose code it says something of.
  var executedCpls: Set<Int> {
    // Behind the boot at CPL 0 a call at CPL 3.
    if part == .kvm { return unit.isTime ? [0, 3] : [] }
    // Times of whole calls, which enter and leave by CPL 0.
    let system: Set<Int> = part == .answer && unit.isTime ? [0] : []
    return system.union(cpl.map { [$0] } ?? [])
  }

  /// Whether it says something else where no CPU performs the guest's instructions.
  fileprivate var dependsOnExecution: Bool {
    switch part {
    case .kvm: unit.isTime
    case .count, .register, .cpuid, .hostRegister: false
    case .loop, .alignment, .answer, .cost, .exit, .vcpus, .bystander, .throttle: true
    }
  }
}

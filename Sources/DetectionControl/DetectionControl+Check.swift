import Machine

/// What may be changed here.
extension DetectionControl {
  /// Whether the register may be touched at all: writing one that a CPU lacks, even a zero, "can cause fireworks"
  /// (arch/x86/kernel/cpu/bus_lock.c).
  public static func exists(_ kind: DetectionBit.Kind, _ report: MachineReport) -> Bool {
    switch kind {
    case .splitLock:
      report.policy.trapsWithAC
        || report.registers.contains { ($0.coreCapabilities ?? 0) >> 5 & 1 == 1 }
    case .busLock: report.policy.trapsWithDB || report.processor.hasBusLockDetect
    }
  }

  /// Refuses what must not be, and says what may happen where it may.
  ///
  /// - Returns: warnings for the person, to be printed before the first change.
  /// - Throws: `ControlRefusal`.
  public func check(_ changes: [DetectionBit.Kind: Bool]) throws(ControlRefusal) -> [String] {
    for kind in changes.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      guard DetectionControl.exists(kind, report) else {
        let sign =
          kind == .splitLock
          ? "neither MSR 0xCF bit 5 nor Linux says that it has" : "CPUID leaf 7 ECX bit 24 is clear for"
        throw ControlRefusal(
          "this CPU has no \(kind.rawValue.uppercased()): \(sign) \(kind.register.name); nothing was written")
      }
    }
    var warnings: [String] = []
    let hazard = ArmingHazard(files: machine.files)
    if changes[.splitLock] == true, ArmingHazard.isArming(report.policy) {
      guard leave.arming else {
        throw ControlRefusal(
          "Linux booted without #AC on split locks (\(report.policy.mode.rawValue)), and switching it on can kill others: "
            + hazard.warnings.joined(separator: "; ") + "; give --allow-arming to do it all the same")
      }
      guard !hazard.isGrave || leave.force else {
        throw ControlRefusal(
          "not armed: \(hazard.warnings.joined(separator: "; ")); give --force to do it all the same")
      }
      warnings += hazard.warnings
    }
    // Without this bit in the VMCB an SVM guest runs with its host's, and meets #DB that it never asked for.
    if changes[.busLock] == true, report.policy.believes(.debugControl) != true,
      report.processor.vendor == "AuthenticAMD", hazard.runsMachines, !leave.force
    {
      throw ControlRefusal(
        "not armed: virtual machines run here, whose guests may meet this host's #DB; give --force to do it all the same"
      )
    }
    let access = MsrAccess(cpu: report.topology.cpus[0].id, files: machine.files)
    if !changes.isEmpty, access.isTainted != true {
      warnings.append(
        "writing a model-specific register taints Linux (CPU_OUT_OF_SPEC, S) until it is booted again")
    }
    return warnings
  }
}

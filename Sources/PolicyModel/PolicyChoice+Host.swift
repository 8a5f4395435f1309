extension PolicyChoice {
  /// What keeps this policy from a host with such CPUs, for people; nil: it can be there.
  ///
  /// `split_lock_detect=` takes any mode on any of them, but what Linux then does is what the CPU allows (bus_lock.c, sld_setup,
  /// split_lock_init, bus_lock_init).
  public func obstacle(on host: Scenario.Host) -> String? {
    let (hasAlignmentCheck, hasBusLockTrap) = (
      host.detects.contains(.splitLock), host.detects.contains(.busLock)
    )
    return switch self {
    case .off: nil
    case .fatal, .warnOnce, .warn, .v9, .oct2019: hasAlignmentCheck ? nil : "needs #AC"
    // On a CPU with #AC alone it is accepted, and nothing is detected.
    case .ratelimit: hasAlignmentCheck || hasBusLockTrap ? nil : "needs #DB"
    case .busLock: hasBusLockTrap && !hasAlignmentCheck ? nil : "needs #DB, and no #AC"
    case .kvmBusLockExit: hasBusLockTrap ? nil : "needs bus lock exits"
    }
  }
}

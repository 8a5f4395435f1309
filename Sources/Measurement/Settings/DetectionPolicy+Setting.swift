import DetectionControl
import Machine

extension DetectionPolicy {
  /// What is left of it under a setting that was taken whole.
  ///
  /// - Parameter isArmed: bit 29 of the measuring CPU's MSR 0x33; nil where it was not read.
  func under(_ setting: Setting, isArmed: Bool?) -> DetectionPolicy {
    var policy = self
    if setting.changesMitigation { policy.mitigates = setting.changes.contains(.mitigateOn) }
    // What the CPU does not raise Linux cannot answer.
    policy.trapsWithDB = setting.bits[.busLock] ?? believes(.debugControl) ?? trapsWithDB
    policy.trapsWithAC = isArmed ?? trapsWithAC
    return policy
  }
}

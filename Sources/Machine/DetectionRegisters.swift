import SystemPackage

/// The model-specific registers of detection on one CPU, where Linux lets them be read.
public struct DetectionRegisters: Codable, Sendable, Equatable {
  public var cpu: Int
  /// MSR 0x33, MSR_MEMORY_CTRL (TEST_CTRL): bit 29 raises #AC on split locks.
  public var memoryControl: UInt64?
  /// MSR 0xCF, IA32_CORE_CAPABILITIES: bit 5 says that bit 29 above exists.
  public var coreCapabilities: UInt64?
  /// MSR 0x1D9, IA32_DEBUGCTL: bit 2 raises #DB on bus locks.
  public var debugControl: UInt64?
  /// Why a register is missing.
  public var reason: String?

  public var splitLockDetection: Bool? { memoryControl.map { $0 >> 29 & 1 == 1 } }
  public var busLockDetection: Bool? { debugControl.map { $0 >> 2 & 1 == 1 } }

  /// Reads through the msr driver of `cpu`. MSR 0x33 is read only where 0xCF bit 5 or Linux's flag says that it
  /// exists; a read that faults leaves its register nil.
  public init(cpu: Int, files: FileTree, detectionSupported: Bool) {
    self.cpu = cpu
    let path = MsrDevice.path(cpu: cpu)
    let device: MsrDevice
    do {
      device = try MsrDevice(cpu: cpu, files: files)
    } catch {
      let remedy =
        switch error as? Errno {
        case .noSuchFileOrDirectory: "no msr driver: modprobe msr"
        case .permissionDenied, .notPermitted: "needs root with CAP_SYS_RAWIO"
        default: "\(error)"
        }
      reason = "\(path): \(remedy)"
      return
    }
    coreCapabilities = device.read(0xCF)
    debugControl = device.read(0x1D9)
    if detectionSupported || (coreCapabilities ?? 0) >> 5 & 1 == 1 {
      memoryControl = device.read(0x33)
    }
    if memoryControl == nil && debugControl == nil { reason = "\(path): every read faulted" }
  }
}

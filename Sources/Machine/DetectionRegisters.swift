/// The model-specific registers of detection on one CPU, where Linux lets them be read.
public struct DetectionRegisters: Codable, Sendable, Equatable {
  public var cpu: Int
  /// MSR 0x33, MSR_MEMORY_CTRL (TEST_CTRL): bit 29 raises #AC on split locks.
  public var memoryControl: UInt64?
  /// MSR 0xCF, IA32_CORE_CAPABILITIES: bit 5 says that bit 29 above exists.
  public var coreCapabilities: UInt64?
  /// MSR 0x1D9, IA32_DEBUGCTL: bit 2 raises #DB on bus locks.
  public var debugControl: UInt64?
  /// Why none could be read.
  public var reason: String?
  /// Why a single one could not, by its number.
  public var reasons: [String: String] = [:]

  public var splitLockDetection: Bool? { memoryControl.map { $0 >> DetectionRegister.splitLockBit & 1 == 1 } }
  public var busLockDetection: Bool? { debugControl.map { $0 >> DetectionRegister.busLockBit & 1 == 1 } }

  /// Reads through the msr driver of `cpu`. MSR 0x33 is read only where 0xCF bit 5 or Linux's flag says that it
  /// exists; a read that faults leaves its register nil.
  public init(cpu: Int, files: FileTree, detectionSupported: Bool) {
    self.cpu = cpu
    let device: MsrDevice
    do throws(Unreadable) {
      device = try MsrDevice(cpu: cpu, files: files)
    } catch {
      reason = "\(error.path): \(error.reason)"
      return
    }
    coreCapabilities = read(.coreCapabilities, device)
    debugControl = read(.debugControl, device)
    if detectionSupported || (coreCapabilities ?? 0) >> 5 & 1 == 1 {
      memoryControl = read(.memoryControl, device)
    } else {
      reasons[DetectionRegister.memoryControl.hexadecimal] =
        "not read: neither MSR 0xCF bit 5 nor Linux says that it exists"
    }
    if memoryControl == nil && debugControl == nil && coreCapabilities == nil {
      reason = "\(MsrDevice.path(cpu: cpu)): every read faulted"
    }
  }

  /// Records of runs before `reasons` was written lack it.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    cpu = try keys.decode(Int.self, forKey: .cpu)
    memoryControl = try keys.decodeIfPresent(UInt64.self, forKey: .memoryControl)
    coreCapabilities = try keys.decodeIfPresent(UInt64.self, forKey: .coreCapabilities)
    debugControl = try keys.decodeIfPresent(UInt64.self, forKey: .debugControl)
    reason = try keys.decodeIfPresent(String.self, forKey: .reason)
    reasons = try keys.decodeIfPresent([String: String].self, forKey: .reasons) ?? [:]
  }

  private mutating func read(_ register: DetectionRegister, _ device: borrowing MsrDevice) -> UInt64? {
    switch device.value(register.rawValue) {
    case .success(let value): return value
    case .failure(let error):
      reasons[register.hexadecimal] = error.reason
      return nil
    }
  }

  public subscript(register: DetectionRegister) -> UInt64? {
    switch register {
    case .coreCapabilities: coreCapabilities
    case .memoryControl: memoryControl
    case .debugControl: debugControl
    }
  }
}

extension DetectionPolicy {
  /// What Linux believes of a CPU's bit, by its source: `split_lock_init` and `bus_lock_init`
  /// (arch/x86/kernel/cpu/bus_lock.c). Nil where it has no such feature.
  public func believes(_ register: DetectionRegister) -> Bool? {
    let armsAC = mode == .warn || mode == .fatal
    switch register {
    case .coreCapabilities: return nil
    case .memoryControl: return trapsWithAC && mode != .unknown ? armsAC : nil
    case .debugControl:
      return trapsWithDB && mode != .unknown ? !(trapsWithAC && armsAC) && mode != .off : nil
    }
  }
}

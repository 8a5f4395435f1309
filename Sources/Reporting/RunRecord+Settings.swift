import Machine

extension RunRecord {
  /// State of the detection hardware and of Linux's policy.
  public struct Settings: Codable, Sendable, Equatable {
    public var mode: DetectionPolicy.Mode
    public var rateLimit: Int?
    public var mitigates: Bool?
    public var registers: [DetectionRegisters]
    public init(_ machine: MachineReport) {
      mode = machine.policy.mode
      rateLimit = machine.policy.rateLimit
      mitigates = machine.policy.mitigates
      registers = machine.registers
    }

    /// What is not as it was, in words. Of IA32_DEBUGCTL only bit 2 counts: perf and ptrace own others.
    public func differences(from earlier: Settings) -> [String] {
      var found: [String] = []
      func say<Value: Equatable>(_ what: String, _ now: Value?, _ then: Value?, _ text: (Value) -> String) {
        guard now != then else { return }
        found.append("\(what) is \(now.map(text) ?? "unreadable"), was \(then.map(text) ?? "unreadable")")
      }
      say("kernel.split_lock_mitigate", mitigates, earlier.mitigates) { $0 ? "1" : "0" }
      for then in earlier.registers {
        guard let now = registers.first(where: { $0.cpu == then.cpu }) else {
          found.append("CPU \(then.cpu) is gone")
          continue
        }
        // The other bits are not ours. Linux writes them as it found them at boot whenever it writes bit 29.
        let part = now.splitLockDetection == then.splitLockDetection ? ", but for bit 29," : ""
        say("MSR 0x33 of CPU \(then.cpu)\(part)", now.memoryControl, then.memoryControl) {
          "0x" + String($0, radix: 16)
        }
        say("bit 2 of IA32_DEBUGCTL of CPU \(then.cpu)", now.busLockDetection, then.busLockDetection) {
          $0 ? "set" : "clear"
        }
      }
      return found
    }
  }
}

import Testing

@testable import Machine

@Suite struct DetectionRegisterTests {
  @Test func noDriverNamesTheRemedy() throws {
    let registers = try withFiles([:]) {
      DetectionRegisters(cpu: 0, files: $0, detectionSupported: true)
    }
    #expect(registers.memoryControl == nil && registers.splitLockDetection == nil)
    #expect(registers.reason?.contains("modprobe msr") == true)
  }

  /// A plain file stands for the device: a register's number is its offset.
  private static func device(_ registers: [(Int, UInt64)], length: Int = 0x1E1) -> String {
    var bytes = [UInt8](repeating: 0, count: length)
    for (number, value) in registers {
      for index in 0..<8 where number + index < length {
        bytes[number + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func registersAreRead() throws {
    let text = Self.device([(0xCF, 0x20), (0x33, 1 << 29), (0x1D9, 4)])
    let registers = try withFiles(["/dev/cpu/2/msr": text]) {
      DetectionRegisters(cpu: 2, files: $0, detectionSupported: false)
    }
    #expect(registers.coreCapabilities == 0x20 && registers.memoryControl == 1 << 29)
    #expect(registers.debugControl == 4 && registers.reasons.isEmpty && registers.reason == nil)
  }

  @Test func theTestRegisterIsReadOnlyWhereItExists() throws {
    let text = Self.device([(0x33, 1 << 29)])
    let registers = try withFiles(["/dev/cpu/0/msr": text]) {
      DetectionRegisters(cpu: 0, files: $0, detectionSupported: false)
    }
    #expect(registers.coreCapabilities == 0 && registers.memoryControl == nil)
    #expect(registers.reasons["0x33"]?.contains("not read") == true)
  }

  @Test func aShortReadIsNoZero() throws {
    let registers = try withFiles(["/dev/cpu/0/msr": Self.device([], length: 0x1D9 + 4)]) {
      DetectionRegisters(cpu: 0, files: $0, detectionSupported: true)
    }
    #expect(registers.debugControl == nil && registers.reasons["0x1D9"] != nil)
    #expect(registers.memoryControl == 0)
  }

  struct Belief: Sendable {
    var flags: String
    var parameter: String
    var memoryControl: Bool?
    var debugControl: Bool?
  }

  /// split_lock_init and bus_lock_init, by hand.
  @Test(arguments: [
    Belief(flags: "split_lock_detect", parameter: "warn", memoryControl: true),
    Belief(flags: "split_lock_detect", parameter: "fatal", memoryControl: true),
    Belief(flags: "split_lock_detect", parameter: "off", memoryControl: false),
    Belief(flags: "split_lock_detect", parameter: "ratelimit:5", memoryControl: false),
    Belief(flags: "bus_lock_detect", parameter: "warn", debugControl: true),
    Belief(flags: "bus_lock_detect", parameter: "off", debugControl: false),
    Belief(
      flags: "split_lock_detect bus_lock_detect", parameter: "warn", memoryControl: true, debugControl: false),
    Belief(
      flags: "split_lock_detect bus_lock_detect", parameter: "ratelimit:5", memoryControl: false,
      debugControl: true),
    Belief(
      flags: "split_lock_detect bus_lock_detect", parameter: "off", memoryControl: false, debugControl: false),
    Belief(flags: "fpu", parameter: "fatal"),
  ])
  func linuxBelievesWhatItsSourceSays(_ test: Belief) throws {
    let policy = try withFiles([
      "/proc/cpuinfo": "flags : \(test.flags)\n", "/proc/cmdline": "split_lock_detect=\(test.parameter)",
    ]) { DetectionPolicy(files: $0, processor: .plain(), log: .success([])) }
    #expect(policy.believes(.memoryControl) == test.memoryControl)
    #expect(policy.believes(.debugControl) == test.debugControl)
  }

  @Test func registersAreDecoded() {
    var registers = DetectionRegisters(
      cpu: 0, files: FileTree(root: "/nonexistent"), detectionSupported: false)
    registers.memoryControl = 1 << 29
    registers.debugControl = 0
    #expect(registers.splitLockDetection == true)
    #expect(registers.busLockDetection == false)
  }
}

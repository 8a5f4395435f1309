import Testing

@testable import Machine

@Suite struct NoiseTests {
  @Test func readsACapturedGuest() {
    let noise = Noise(files: Fixture.amdGuest.files, cpus: [0, 1], windowMs: 0)
    #expect(noise.governors.isEmpty && noise.turbo == nil)
    #expect(noise.smt == "notsupported")
    #expect(noise.loadAverage != nil)
    #expect(noise.stealSinceBoot.map { (0...1).contains($0) } == true)
  }

  @Test(arguments: [
    ("intel_pstate/no_turbo", "1", false), ("intel_pstate/no_turbo", "0", true), ("cpufreq/boost", "1", true),
    ("cpufreq/boost", "0", false),
  ])
  func readsTurbo(file: String, value: String, expected: Bool) throws {
    let noise = try withFiles(["/sys/devices/system/cpu/\(file)": value]) {
      Noise(files: $0, cpus: [0], windowMs: 0)
    }
    #expect(noise.turbo == expected)
  }

  @Test func nothingReadableIsNothingKnown() throws {
    let noise = try withFiles([:]) { Noise(files: $0, cpus: [0], windowMs: 5) }
    #expect(noise.stealSinceBoot == nil && noise.loadAverage == nil && noise.busyCpus.isEmpty)
  }

  @Test func sharesOfTime() {
    let before = CpuTimes.Ticks(busy: 100, idle: 900, steal: 0)
    let after = CpuTimes.Ticks(busy: 130, idle: 950, steal: 20)
    #expect(after.since(before).busyShare == 0.5)
    #expect(after.since(before).stealShare == 0.2)
    #expect(before.since(before).busyShare == 0)
    let backwards = CpuTimes.Ticks(busy: 105, idle: 899, steal: 0)
    #expect(backwards.since(before).busyShare == 1, "iowait may decrease")
  }
}

@Suite struct LinuxSystemTests {
  @Test func readsACapturedGuest() {
    let linux = LinuxSystem(files: Fixture.amdGuest.files, release: "6.18", timerHz: 250)
    #expect(linux.microcode == "0x1000065")
    #expect(linux.clockSource == "tsc")
    #expect(linux.bootParameters == ["mitigations=auto,no_guest_host,no_guest_guest"])
  }

  @Test func unreadableIsNil() throws {
    let linux = try withFiles([:]) { LinuxSystem(files: $0, release: "x", timerHz: nil) }
    #expect(linux.microcode == nil && linux.bootParameters == nil && linux.clockSource == nil)
  }
}

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

@Suite struct MsrAccessTests {
  @Test func obstaclesNameTheirRemedy() throws {
    let access = try withFiles([
      "/proc/self/status": "Name:\tx\nCapEff:\t000001fffffdffff\n",
      "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
      "/sys/module/msr/parameters/allow_writes": "off\n", "/proc/sys/kernel/tainted": "5\n",
    ]) { MsrAccess(cpu: 0, files: $0) }
    #expect(access.driver == nil && access.hasRawIO == false)
    #expect(access.lockdown == "integrity" && access.allowWrites == "off" && access.isTainted == true)
    let obstacles = access.obstacles
    #expect(obstacles.map(\.to) == ["read", "read", "write", "write"])
    #expect(obstacles.allSatisfy { !$0.what.isEmpty && !$0.remedy.isEmpty })
  }

  @Test func nothingIsInTheWay() throws {
    let access = try withFiles([
      "/dev/cpu/3/msr": "", "/proc/self/status": "CapEff:\t000001ffffffffff\n",
      "/sys/kernel/security/lockdown": "[none] integrity confidentiality",
      "/sys/module/msr/parameters/allow_writes": "default", "/proc/sys/kernel/tainted": "0",
    ]) { MsrAccess(cpu: 3, files: $0) }
    #expect(access.driver == "msr" && access.hasRawIO == true && access.isTainted == false)
    #expect(access.obstacles.isEmpty)
  }

  @Test func msrSafeNeedsNoCapability() throws {
    let access = try withFiles([
      "/dev/cpu/0/msr": "", "/dev/cpu/0/msr_safe": "", "/proc/self/status": "CapEff:\t0\n",
    ]) { MsrAccess(cpu: 0, files: $0) }
    #expect(access.driver == "msr_safe" && access.obstacles.isEmpty)
  }

  @Test func whatCannotBeReadIsUnknown() throws {
    let access = try withFiles([:]) { MsrAccess(cpu: 0, files: $0) }
    #expect(access.hasRawIO == nil && access.lockdown == nil && access.isTainted == nil)
  }
}

@Suite struct PmuEventTests {
  struct Case: Sendable {
    var vendor: String
    var family: Int
    var model: Int
    var kind: CoreKind = .uniform
    var config: UInt64?
  }

  /// From intel/perfmon's JSON and AMD's PPRs.
  static let cases = [
    Case(vendor: "AuthenticAMD", family: 25, model: 17, config: 0x0125),
    Case(vendor: "AuthenticAMD", family: 26, model: 2, config: 0x0125),
    Case(vendor: "AuthenticAMD", family: 21, model: 2, config: nil),
    Case(vendor: "GenuineIntel", family: 6, model: 0x55, config: 0x10F4),
    Case(vendor: "GenuineIntel", family: 6, model: 0x6A, config: 0x10F4),
    Case(vendor: "GenuineIntel", family: 6, model: 0x8F, config: 0x102C),
    Case(vendor: "GenuineIntel", family: 6, model: 0x97, kind: .performance, config: 0x102C),
    Case(vendor: "GenuineIntel", family: 6, model: 0x97, kind: .efficiency, config: nil),
    Case(vendor: "GenuineIntel", family: 6, model: 0xC6, kind: .efficiency, config: 0x0863),
    Case(vendor: "GenuineIntel", family: 6, model: 0x9C, config: 0x0063),
    Case(vendor: "GenuineIntel", family: 15, model: 4, config: nil),
    Case(vendor: "CentaurHauls", family: 6, model: 0x55, config: nil),
  ]

  @Test(arguments: cases)
  func encodes(_ test: Case) {
    var processor = ProcessorIdentity.plain()
    (processor.vendor, processor.family, processor.model) = (test.vendor, test.family, test.model)
    #expect(PmuEvent.busLocks(processor, kind: test.kind)?.config == test.config)
  }

  @Test func aHybridMachineHasAPmuForEachKind() throws {
    let folder = "/sys/bus/event_source/devices"
    try withFiles([
      "\(folder)/cpu_core/cpus": "0-3\n", "\(folder)/cpu_core/type": "4\n",
      "\(folder)/cpu_atom/cpus": "4-7\n", "\(folder)/cpu_atom/type": "10\n",
    ]) { files in
      let topology = try Topology.synthetic("core:8 pu:1")
      #expect(Pmu(cpu: topology.cpus[2], processor: .plain(), files: files).type == 4)
      #expect(Pmu(cpu: topology.cpus[5], processor: .plain(), files: files).type == 10)
    }
  }
}

@Suite struct CapabilityTests {
  @Test func everyUnavailableThingHasAReasonAndARemedy() throws {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    for capability in machine.capabilities where !capability.isAvailable {
      #expect(capability.reason?.isEmpty == false, "\(capability.id)")
      #expect(capability.remedy?.isEmpty == false, "\(capability.id)")
    }
    #expect(Set(machine.capabilities.map(\.id)).count == machine.capabilities.count)
  }

  @Test func oneCpuCannotModifyFromAnother() throws {
    var machine = try MachineReport.ofThisMachine(watchMs: 0)
    machine.topology = try Topology.synthetic("pu:1")
    let capability = machine.capabilities.first { $0.id == "other-cpu-modified" }
    #expect(capability?.isAvailable == false)
  }
}

@Suite struct ControlGroupLimitTests {
  private static let meminfo = ["proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    1000000 kB\n"]

  @Test(
    arguments: [
      ([:], 1_024_000_000),
      // Version 1, the group itself and one above it.
      (
        [
          "proc/self/cgroup": "4:memory:/a/b\n1:name=systemd:/a\n0::/\n",
          "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
          "sys/fs/cgroup/memory/a/b/memory.usage_in_bytes": "100\n",
          "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "5000\n",
          "sys/fs/cgroup/memory/a/memory.usage_in_bytes": "1000\n",
        ], 4000
      ),
      // Version 2; more in use than allowed.
      (
        [
          "proc/self/cgroup": "0::/x\n", "sys/fs/cgroup/x/memory.max": "700\n",
          "sys/fs/cgroup/x/memory.current": "900\n",
        ], 0
      ),
      (["proc/self/cgroup": "0::x\nmemory\n:::\n", "sys/fs/cgroup/memory.max": "max\n"], 1_024_000_000),
    ] as [([String: String], Int)])
  func memoryIsWhatTheStrictestGroupLeaves(files: [String: String], bytes: Int) throws {
    let found = try withFiles(files.merging(Self.meminfo) { $1 }) { AvailableMemory.bytes($0) }
    #expect(found == bytes)
  }

  @Test(
    arguments: [
      ([:], nil), (["sys/fs/cgroup/cpu.max": "max 100000\n"], nil),
      (["sys/fs/cgroup/cpu.max": "150000 100000\n"], 1.5),
      (
        ["sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"], nil
      ),
      (
        [
          "proc/self/cgroup": "3:cpu,cpuacct:/c\n", "sys/fs/cgroup/cpu/c/cpu.cfs_quota_us": "20000\n",
          "sys/fs/cgroup/cpu/c/cpu.cfs_period_us": "100000\n",
        ], 0.2
      ), (["sys/fs/cgroup/cpu.max": "inf 1\n"], nil), (["sys/fs/cgroup/cpu.max": "1 0\n"], nil),
    ] as [([String: String], Double?)])
  func theQuotaIsInCpus(files: [String: String], cpus: Double?) throws {
    let noise = try withFiles(files) { Noise(files: $0, cpus: [0], windowMs: 0) }
    #expect(noise.cpuQuota == cpus)
  }
}

@Suite struct MsrModuleTests {
  @Test(
    arguments: [
      ([:], "modprobe msr"),
      (
        [
          "proc/sys/kernel/osrelease": "6.1\n", "sbin/modprobe": "", "lib/modules/6.1/modules.dep": "",
        ], "modprobe msr"
      ),
      (["proc/sys/kernel/osrelease": "6.1\n", "sbin/modprobe": ""], "no /lib/modules/6.1"),
      (["proc/sys/kernel/osrelease": "6.1\n", "lib/modules/6.1/modules.dep": ""], "no modprobe"),
    ] as [([String: String], String)])
  func theRemedyIsOneThatHelpsHere(files: [String: String], says: String) throws {
    #expect(try withFiles(files) { MsrModule.remedy($0) }.contains(says))
  }
}

import Testing

@testable import Machine

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

import Testing

@testable import Machine

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

import CHost
import Machine
import Testing

@testable import Measurement

@Suite(.serialized) struct PinTests {
  @Test func theOldMaskComesBack() throws {
    let before = try Topology.ofThisMachine().cpus.map(\.id)
    for cpu in before {
      try CpuPin.pinned(to: cpu) { #expect(Int(chost_current_cpu()) == cpu) }
    }
    #expect(try Topology.ofThisMachine().cpus.map(\.id) == before)
  }

  @Test func theOldMaskComesBackAfterAnError() throws {
    struct Stop: Error {}
    let before = try Topology.ofThisMachine().cpus.map(\.id)
    #expect(throws: Stop.self) { try CpuPin.pinned(to: before[0]) { throw Stop() } }
    #expect(try Topology.ofThisMachine().cpus.map(\.id) == before)
  }

  @Test func aCpuThatIsNotThereIsRefused() {
    #expect(throws: PinFailure.self) { try CpuPin.pinned(to: 4000) {} }
  }
}

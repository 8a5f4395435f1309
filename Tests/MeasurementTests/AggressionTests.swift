import LockKernels
import Machine
import Testing

@testable import Measurement

@Suite struct AggressionTests {
  /// On a busy CPU a thread may wake when its starter has given up, and freed the operand.
  @Test func oneThatWakesTooLateDoesNothing() throws {
    let cpu = try #require(try Topology.ofThisMachine().cpus.first).id
    let operand = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { operand.deallocate() }
    operand.initializeMemory(as: UInt64.self, repeating: 0, count: 8)
    // A gate that opens late stands for a CPU that something else keeps.
    let gate = StartGate()
    let hasRun: Void? = try withAssistants(on: [cpu]) { assistants in
      let aggression = Aggression(
        on: assistants[0], operand: operand, period: 0, deadlineTicks: 1_000_000_000, gate: gate)
      #expect(throws: AssistantLost.self) { try aggression.start() }
      #expect(gate.open(for: 1, lead: 0))
      let report = try aggression.finish()
      #expect(report.operations == 0)
    }
    #expect(hasRun != nil)
    #expect(operand.load(as: UInt64.self) == 0)
  }
}

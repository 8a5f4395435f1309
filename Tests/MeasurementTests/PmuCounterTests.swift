import Testing

@testable import Measurement

@Suite struct PmuCounterTests {
  /// PERF_TYPE_SOFTWARE: task clock (1) and page faults (2) stand in where there is no PMU.
  @Test func countsWhatTheBodyDoes() throws {
    guard let counters = PmuCounters(type: 1, busLocks: 2, cycles: 1) else { return }
    let (_, count) = counters.counting {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 4096)
      defer { memory.deallocate() }
      for index in stride(from: 0, to: memory.count, by: 4096) { memory[index] = 1 }
    }
    #expect((count.busLocks ?? 0) > 0, "fresh pages fault")
    #expect((count.cycles ?? 0) > 0, "the task clock runs")
  }
}

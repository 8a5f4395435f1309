import Glibc
import Testing

@testable import Measurement

@Suite struct PmuCounterTests {
  /// PERF_TYPE_SOFTWARE: task clock (1) and page faults (2) stand in where there is no PMU.
  @Test func countsWhatTheBodyDoes() throws {
    guard let counters = PmuCounters(type: 1, busLocks: 2, cycles: 1) else { return }
    let (_, count) = counters.counting {
      // Not from the heap, which may hand out pages that were touched before.
      let bytes = 1 << 20
      let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
      defer { munmap(memory, bytes) }
      for index in stride(from: 0, to: bytes, by: 4096) {
        memory.storeBytes(of: 1, toByteOffset: index, as: UInt8.self)
      }
    }
    #expect((count.busLocks ?? 0) > 0, "fresh pages fault")
    #expect((count.cycles ?? 0) > 0, "the task clock runs")
  }
}

import CAtomics
import Testing

@Suite struct KernelTableTests {
  private static var rows: [catomics_kernel] {
    var count = 0
    let rows = catomics_kernels(&count)
    return Array(UnsafeBufferPointer(start: rows, count: count))
  }

  @Test func everyRowIsUnique() {
    let names = Self.rows.map { "\(String(cString: $0.instruction))/\($0.width_bytes)/\($0.locked)" }
    #expect(Set(names).count == names.count)
  }

  @Test func everyFunctionStandsOnce() {
    let functions = Self.rows.flatMap { [$0.loop, $0.walk, $0.single] }
      .map { unsafeBitCast($0, to: UInt.self) }
    #expect(Set(functions).count == functions.count)
    #expect(functions.allSatisfy { $0 % 64 == 0 }, "a measured function starts a cache line")
  }

  @Test func onlyEightByteAddHasWorkBetween() {
    let working = Self.rows.filter { $0.loop_with_work != nil }
    #expect(working.allSatisfy { String(cString: $0.instruction) == "add" && $0.width_bytes == 8 })
    #expect(Set(working.map(\.locked)) == [true, false])
  }
}

@Suite struct ProbeTests {
  @Test func singleTimingsFillExactlyTheirList() {
    var readings = [UInt64](repeating: .max, count: 12)
    readings.withUnsafeMutableBytes {
      catomics_single_nothing($0.baseAddress!, 10, $0.baseAddress!)
    }
    #expect(readings[..<10].allSatisfy { $0 < .max })
    #expect(readings[10...] == [.max, .max])
  }

  @Test func gapProbeLooksAsLongAsAsked() {
    let report = catomics_look_for_gaps(200_000, .max)
    #expect(report.ticks >= 200_000)
    #expect(report.gaps == 0 && report.lost_ticks == 0 && report.longest_ticks == 0)
  }

  @Test func gapProbeSeesEveryReadingAboveTheThreshold() {
    let report = catomics_look_for_gaps(200_000, 0)
    #expect(report.gaps > 0)
    #expect(report.lost_ticks == report.ticks, "with no threshold the gaps add up to the whole time")
    #expect(report.longest_ticks <= report.lost_ticks)
  }

  @Test func tscRunsForward() {
    let readings = (0..<1000).map { _ in catomics_tsc() }
    #expect(zip(readings, readings.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func timedCallReportsTheCpuItRanOn() {
    var operand: UInt64 = 0
    var count = 0
    let kernel = catomics_kernels(&count)[0]
    let interval = catomics_time(kernel.loop, &operand, 1, nil)
    #expect(interval.ticks > 0)
    withUnsafeMutableBytes(of: &operand) {
      var call = catomics_call(
        function: kernel.loop, operand: $0.baseAddress!, count: 1, list: nil,
        interval: catomics_interval())
      catomics_make_call(&call)
      #expect(call.interval.ticks > 0)
    }
  }
}

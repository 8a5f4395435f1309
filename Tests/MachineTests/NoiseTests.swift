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

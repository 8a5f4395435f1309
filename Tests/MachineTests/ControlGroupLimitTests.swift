import Testing

@testable import Machine

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

import DetectionControl
import Foundation
import Machine
import Reporting
import StoredRunsChecks
import SystemPackage

/// Files of /proc and /sys: a line `@` and a path begins each.
///
/// What must hold: what is concluded from them lies within its bounds, and can be written into a record, where not every number
/// can stand.
struct SystemFilesInput: FuzzedInput {
  private let root: FilePath
  private let files: FileTree
  private let topology: Topology

  /// What is read of a machine with two CPUs. Others are not made: a path may lead anywhere.
  private static let paths: Set = [
    "/proc/cpuinfo", "/proc/cmdline", "/proc/stat", "/proc/loadavg", "/proc/meminfo", "/proc/cgroups",
    "/proc/self/cgroup", "/proc/self/status", "/proc/sys/kernel/split_lock_mitigate",
    "/proc/sys/kernel/tainted",
    "/proc/sys/kernel/perf_event_paranoid", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/panic_on_oops",
    "/proc/77/task/77/status", "/proc/77/comm", "/sys/module/kvm_amd/refcnt", "/sys/kernel/security/lockdown",
    "/sys/module/msr/parameters/allow_writes", "/sys/devices/system/cpu/smt/control",
    "/sys/devices/system/cpu/intel_pstate/no_turbo", "/sys/devices/system/cpu/cpufreq/boost",
    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "/sys/devices/system/cpu/online",
    "/sys/devices/system/clocksource/clocksource0/current_clocksource",
    "/sys/bus/event_source/devices/cpu/type", "/sys/bus/event_source/devices/cpu_core/type",
    "/sys/bus/event_source/devices/cpu_core/cpus", "/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us",
    "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory/a/memory.usage_in_bytes",
  ]

  init() throws {
    root = WorkFolder.unused()
    files = FileTree(root: root)
    topology = try Topology.synthetic("core:2 pu:1")
    for path in Self.paths {
      try FileManager.default.createDirectory(
        atPath: place(path).removingLastComponent().string, withIntermediateDirectories: true)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: root.string) }

  func fault(in bytes: [UInt8]) throws -> String? {
    let made = try write(bytes)
    defer { for path in made { unlink(place(path).string) } }
    let noise = Noise(files: files, cpus: [0, 1], windowMs: 0)
    let policy = DetectionPolicy(files: files, processor: .ofThisMachine(), log: .success([]))
    let linux = LinuxSystem(files: files, release: "fuzzed", timerHz: nil)
    let documents: [any Encodable] = [
      noise, policy, linux, MsrAccess(cpu: 0, files: files), Permissions(files: files),
    ]
    for document in documents { _ = try JSONEncoder().encode(document) }

    for cpu in topology.cpus { _ = Pmu(cpu: cpu, processor: .ofThisMachine(), files: files) }
    _ = HotplugHazard.obstacles([0, 1], files)
    _ = ArmingHazard(files: files).warnings
    _ = (Taint(files: files)?.isOutOfSpec, MsrModule.remedy(files), linux.distrustsTsc)
    if let bytes = AvailableMemory.bytes(files), bytes < 0 { return "\(bytes) bytes available" }
    if let quota = noise.cpuQuota, !(quota > 0 && quota.isFinite) { return "\(quota) CPUs" }
    if let steal = noise.stealSinceBoot, !(0...1).contains(steal) { return "steal \(steal)" }
    if let load = noise.loadAverage, !(load >= 0 && load.isFinite) { return "load \(load)" }
    if let limit = policy.rateLimit, !(1...1000).contains(limit) { return "rate limit \(limit)" }
    return nil
  }

  private func place(_ path: String) -> FilePath { root.appending(FilePath(path).components) }

  /// - Returns: the paths that were made.
  private func write(_ bytes: [UInt8]) throws -> Set<String> {
    var contents: [String: [UInt8]] = [:]
    var path = ""
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.first == UInt8(ascii: "@") {
        path = String(decoding: line.dropFirst(), as: UTF8.self)
        contents[path] = []
      } else {
        contents[path, default: []] += line + [UInt8(ascii: "\n")]
      }
    }
    contents = contents.filter { Self.paths.contains($0.key) }
    for (path, text) in contents { try Data(text).write(to: URL(filePath: place(path).string)) }
    return Set(contents.keys)
  }
}
